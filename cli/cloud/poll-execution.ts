import { setTimeout as pause } from 'node:timers/promises';
import type { Execution } from '../../lib/cloud/executions';
import { PipelineError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';

export interface PollRequest {
  /** Looks at the execution, and shows what is new. */
  readonly poll: () => Promise<Execution>;
  /** AWS may report the end before the latest redrive for a moment: an end with fewer redrives is ignored. */
  readonly redriveCount: number;
  readonly pollMilliseconds: number;
  /** In a row. */
  readonly maxFailedPolls: number;
  /** Follows the execution again. */
  readonly followCommand: string;
  /** What Ctrl-C throws. */
  readonly describeStop: () => Error;
}

/** A new execution is not visible everywhere at once. */
const passingNames = new Set(['WorkflowUnavailable', 'StoreUnavailable', 'ArtifactNotFound']);

/** Polls an execution until it has ended. */
export async function pollToEnd(request: PollRequest, { signal, report }: Terminal): Promise<Execution> {
  const { poll, redriveCount, pollMilliseconds, maxFailedPolls, followCommand, describeStop } = request;
  let failedPolls = 0;
  for (;;) {
    if (signal.aborted) throw describeStop();
    try {
      const execution = await poll();
      failedPolls = 0;
      if (execution.status !== 'RUNNING' && execution.redriveCount >= redriveCount) return execution;
    } catch (error) {
      failedPolls += 1;
      const isPassing = error instanceof PipelineError && passingNames.has(error.name);
      if (!isPassing || failedPolls > maxFailedPolls) throw error;
      if (failedPolls === 2) {
        const message = `AWS does not answer; retrying. The execution continues in any case (${followCommand}).`;
        report({ type: 'note', message });
      }
    }
    // An abort ends the pause; the loop reports it.
    await pause(pollMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}
