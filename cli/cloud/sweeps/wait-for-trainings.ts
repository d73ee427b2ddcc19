import { setTimeout as pause } from 'node:timers/promises';
import type { Execution } from '../../../lib/cloud/executions';
import { PermanentError, TransientError } from '../../../lib/contracts/errors';
import type { Terminal } from '../../terminal';
import { commandFor, type DeployedPipeline } from '../open-deployed-pipeline';
import { findRunningTraining } from './trial-execution';

const pollMilliseconds = 5_000;
/** Step Functions stops the trainings of a sweep within seconds. After two minutes it has failed to. */
const maxPolls = 24;
/** By which `ListExecutions` may be late. AWS gives no number. */
const listDelayMilliseconds = 10_000;

/**
 * Waits until no training of a sweep is running. Those of a sweep that was stopped, or that had too many failures, end
 * seconds after it, and a trial may have been resumed by itself. Before, another execution would train the same run twice.
 *
 * @param latest - execution of the sweep. Of one that has just ended, what it started last may not be listed yet.
 * @throws PermanentError RunExists for a training that still runs after two minutes; TransientError Interrupted.
 */
export async function waitForTrainings(
  sweepId: string,
  { stoppedAt }: Pick<Execution, 'stoppedAt'>,
  cloud: DeployedPipeline,
  { signal, report, now }: Pick<Terminal, 'signal' | 'report' | 'now'>,
): Promise<void> {
  const listedAt = (stoppedAt?.getTime() ?? Number.NEGATIVE_INFINITY) + listDelayMilliseconds;
  const firstIsLate = now().getTime() < listedAt;
  let isReported = false;
  for (let polls = 0; ; polls += 1) {
    const runId = await findRunningTraining(sweepId, cloud.executions);
    const mayBeUnlisted = firstIsLate && polls < listDelayMilliseconds / pollMilliseconds;
    if (runId === undefined && !mayBeUnlisted) return;
    if (runId !== undefined && polls === maxPolls) throw isStillTraining(sweepId, runId, cloud);
    if (runId !== undefined && !isReported) {
      const message = `Waiting for the end of trainings of sweep ${sweepId}, such as ${runId}`;
      report({ type: 'note', message });
      isReported = true;
    } else if (polls === 0) {
      const message = `Waiting until AWS lists the latest trainings of sweep ${sweepId}, which has just ended`;
      report({ type: 'note', message });
    }
    // An abort ends the pause.
    await pause(pollMilliseconds, undefined, { signal }).catch(() => undefined);
    if (signal.aborted)
      throw new TransientError('Interrupted', `Stopped waiting for the trainings of the sweep "${sweepId}".`);
  }
}

function isStillTraining(sweepId: string, runId: string, { stack }: DeployedPipeline): PermanentError {
  return new PermanentError(
    'RunExists',
    `The run "${runId}" of the sweep "${sweepId}" is still in training, ${(maxPolls * pollMilliseconds) / 1000} s after the sweep was to go on, which would train it twice. Wait for its end, or stop it: ${commandFor(stack, 'stop', runId)}.`,
    { evidence: { sweepId, runId } },
  );
}
