import type { Execution } from '../../lib/cloud/executions';
import { TransientError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';
import { createHistoryFormatter, isTraining } from './describe-history';
import { createEpochFollower } from './follow-epochs';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';
import { pollToEnd } from './poll-execution';

export interface FollowRequest {
  readonly runId: string;
  /** Of the execution. @default the run id */
  readonly name?: string;
  /** Events up to this one were shown already. @default 0: everything is shown */
  readonly afterEventId?: number;
  /** Of the execution, when it is followed; see `pollToEnd`. @default 0 */
  readonly redriveCount?: number;
  /** Called after each poll that succeeded. */
  readonly onPoll?: () => Promise<void>;
  /** @default 2,000 */
  readonly pollMilliseconds?: number;
}

/** This covers a network outage of one minute. */
const maxFailedPolls = 30;
const taskEnds = new Set(['TaskFailed', 'TaskTimedOut', 'TaskStateExited']);

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
  const { runId, name = runId, redriveCount = 0, pollMilliseconds = 2_000 } = request;
  const { executions, store, stack } = cloud;
  const formatter = createHistoryFormatter();
  const epochs = createEpochFollower(store, runId, terminal.report);
  let eventId = request.afterEventId ?? 0;
  let hasTrainingStarted = false;

  const poll = async (): Promise<Execution> => {
    // Read before the events, so that all events are there when the end is seen.
    const execution = await executions.describe(name);
    for (const event of await executions.eventsAfter(name, eventId)) {
      eventId = event.id;
      // Epochs that were not reported yet come before the end of the training.
      if (hasTrainingStarted && taskEnds.has(event.type)) await epochs.report();
      hasTrainingStarted ||= isTraining(event);
      for (const message of formatter.describe([event])) terminal.report({ type: 'note', message });
    }
    if (hasTrainingStarted) await epochs.report();
    await request.onPoll?.();
    return execution;
  };
  return pollToEnd(
    {
      ...{ poll, redriveCount, pollMilliseconds, maxFailedPolls },
      followCommand: commandFor(stack, 'follow', runId),
      describeStop: () => stoppedFollowing(runId, cloud),
    },
    terminal,
  );
}

function stoppedFollowing(runId: string, { stack }: DeployedPipeline): TransientError {
  return new TransientError(
    'Interrupted',
    `Stopped following; the run "${runId}" continues on AWS. To follow it again: ${commandFor(stack, 'follow', runId)}. To stop the run: ${commandFor(stack, 'stop', runId)}.`,
    { evidence: { runId } },
  );
}
