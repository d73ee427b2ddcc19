import { setTimeout as pause } from 'node:timers/promises';
import type { CaseContext } from './cases';
import { findJobs } from './pipeline-client';

/** On a busy machine, the jobs before it take a while. */
const startTimeoutSeconds = 180;

/**
 * Waits for the process of an attempt.
 *
 * @param jobIndex - the number of the job in its run, in the order of submission.
 */
export async function waitForAttempt(
  { emulator }: CaseContext,
  runId: string,
  attempt: number,
  jobIndex = 0,
): Promise<number> {
  for (const giveUpAt = Date.now() + 1000 * startTimeoutSeconds; Date.now() < giveUpAt; await pause(50)) {
    const job = (await findJobs(runId))[jobIndex];
    const pid = job && (await emulator.attemptPid(job.jobId, attempt));
    if (pid !== undefined) return pid;
  }
  throw new Error(
    `The job of ${runId} has not started its attempt ${attempt} within ${startTimeoutSeconds} s`,
  );
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
