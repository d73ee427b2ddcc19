import { setTimeout as pause } from 'node:timers/promises';
import type { Execution } from '../../lib/cloud/executions';
import { PipelineError, TransientError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';
import { createHistoryFormatter, isTraining } from './describe-history';
import { createEpochFollower } from './follow-epochs';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';

export interface FollowRequest {
  readonly runId: string;
  /** Events up to this one were shown already. @default 0: everything is shown */
  readonly afterEventId?: number;
  /** AWS may report the end before the latest redrive for a moment: an end with fewer redrives is ignored. @default 0 */
  readonly redriveCount?: number;
  /** Called after each poll that succeeded. */
  readonly onPoll?: () => Promise<void>;
  /** @default 2,000 */
  readonly pollMilliseconds?: number;
}

/** Consecutive polls that may fail: this covers a network outage of one minute. */
const maxFailedPolls = 30;
const taskEnds = new Set(['TaskFailed', 'TaskTimedOut', 'TaskStateExited']);
/** A new execution is not visible everywhere at once. */
const passingNames = new Set(['WorkflowUnavailable', 'StoreUnavailable', 'ArtifactNotFound']);

/**
 * Reports the progress of an execution until it ends. Ctrl-C stops following only, not the run.
 *
 * @returns how it ended.
 * @throws TransientError Interrupted, with the commands that follow the run again and that stop it.
 */
export async function followRun(
  request: FollowRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<Execution> {
  const { runId, redriveCount = 0, pollMilliseconds = 2_000, onPoll = async () => {} } = request;
  const { executions, store, stack } = cloud;
  const formatter = createHistoryFormatter();
  const epochs = createEpochFollower(store, runId, terminal.report);
  let eventId = request.afterEventId ?? 0;
  let hasTrainingStarted = false;
  let failedPolls = 0;

  const poll = async (): Promise<Execution> => {
    // Read before the events, so that all events are there when the end is seen.
    const execution = await executions.describe(runId);
    for (const event of await executions.eventsAfter(runId, eventId)) {
      eventId = event.id;
      // Epochs that were not reported yet come before the end of the training.
      if (hasTrainingStarted && taskEnds.has(event.type)) await epochs.report();
      hasTrainingStarted ||= isTraining(event);
      for (const message of formatter.describe([event])) terminal.report({ type: 'note', message });
    }
    if (hasTrainingStarted) await epochs.report();
    return execution;
  };

  for (;;) {
    if (terminal.signal.aborted) throw stoppedFollowing(runId, cloud);
    try {
      const execution = await poll();
      await onPoll();
      failedPolls = 0;
      if (execution.status !== 'RUNNING' && execution.redriveCount >= redriveCount) return execution;
    } catch (error) {
      failedPolls += 1;
      const isPassing = error instanceof PipelineError && passingNames.has(error.name);
      if (!isPassing || failedPolls > maxFailedPolls) throw error;
      if (failedPolls === 2) {
        const look = commandFor(stack, 'follow', runId);
        const message = `AWS does not answer; retrying. The run continues in any case (${look}).`;
        terminal.report({ type: 'note', message });
      }
    }
    // An abort ends the pause; the loop reports it.
    await pause(pollMilliseconds, undefined, { signal: terminal.signal }).catch(() => undefined);
  }
}

function stoppedFollowing(runId: string, { stack }: DeployedPipeline): TransientError {
  return new TransientError(
    'Interrupted',
    `Stopped following; the run "${runId}" continues on AWS. To follow it again: ${commandFor(stack, 'follow', runId)}. To stop the run: ${commandFor(stack, 'stop', runId)}.`,
    { evidence: { runId } },
  );
}
