import { setTimeout as pause } from 'node:timers/promises';
import { PermanentError, TransientError } from '../../../lib/contracts/errors';
import type { Terminal } from '../../terminal';
import { commandFor, type DeployedPipeline } from '../open-deployed-pipeline';
import { findRunningTraining } from './trial-execution';

const pollMilliseconds = 5_000;
/** Step Functions stops the trainings of a sweep within seconds. After two minutes it has failed to. */
const maxPolls = 24;

/**
 * Waits until no training of a sweep is running. Those of a sweep that was stopped, or that had too many failures, end
 * seconds after it, and a trial may have been resumed by itself. Before, another execution would train the same run twice.
 *
 * @throws PermanentError RunExists for a training that still runs after two minutes; TransientError Interrupted.
 */
export async function waitForTrainings(
  sweepId: string,
  cloud: DeployedPipeline,
  { signal, report }: Pick<Terminal, 'signal' | 'report'>,
): Promise<void> {
  for (let polls = 0; ; polls += 1) {
    const runId = await findRunningTraining(sweepId, cloud.executions);
    if (runId === undefined) return;
    if (polls === maxPolls) throw isStillTraining(sweepId, runId, cloud);
    if (polls === 0)
      report({
        type: 'note',
        message: `Waiting for the end of trainings of sweep ${sweepId}, such as ${runId}`,
      });
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
