import { setTimeout as pause } from 'node:timers/promises';
import type { Execution } from '../../lib/cloud/executions';
import { PipelineError, TransientError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';
import { createHistoryFormatter, isTraining } from './describe-history';
import { createEpochFollower } from './follow-epochs';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';

export interface FollowRequest {
  readonly runId: string;
  /** Events up to this one are known already. @default 0: everything is told from the start */
  readonly afterEventId?: number;
  /** An end before so many redrives is an earlier one, which AWS may show for some moments. @default 0 */
  readonly redriveCount?: number;
  /** @default 2,000 */
  readonly pollMilliseconds?: number;
}

/** Polls that may fail in a row, a network that is away for a minute among them. */
const maxFailedPolls = 30;
const taskEnds = new Set(['TaskFailed', 'TaskTimedOut', 'TaskStateExited']);
/** A new execution is not visible at once everywhere. */
const passingNames = new Set(['WorkflowUnavailable', 'StoreUnavailable', 'ArtifactNotFound']);

/**
 * Tells what an execution does until it ends. Ctrl-C ends the telling only.
 *
 * @returns how it ended.
 * @throws TransientError Interrupted, with the commands that look again and that stop the run.
 */
export async function followRun(
  request: FollowRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<Execution> {
  const { runId, redriveCount = 0, pollMilliseconds = 2_000 } = request;
  const { executions, store, stack } = cloud;
  const formatter = createHistoryFormatter();
  const epochs = createEpochFollower(store, runId, terminal.report);
  let eventId = request.afterEventId ?? 0;
  let hasTrainingStarted = false;
  let failedPolls = 0;

  const poll = async (): Promise<Execution> => {
    // Before the events, so that the last ones are there when the end is seen.
    const execution = await executions.describe(runId);
    for (const event of await executions.eventsAfter(runId, eventId)) {
      eventId = event.id;
      // The epochs that are still untold belong before the end of the training.
      if (hasTrainingStarted && taskEnds.has(event.type)) await epochs.report();
      hasTrainingStarted ||= isTraining(event);
      for (const message of formatter.tell([event])) terminal.report({ type: 'note', message });
    }
    if (hasTrainingStarted) await epochs.report();
    return execution;
  };

  for (;;) {
    if (terminal.signal.aborted) throw followingStopped(runId, cloud);
    try {
      const execution = await poll();
      failedPolls = 0;
      if (execution.status !== 'RUNNING' && execution.redriveCount >= redriveCount) return execution;
    } catch (error) {
      failedPolls += 1;
      const isPassing = error instanceof PipelineError && passingNames.has(error.name);
      if (!isPassing || failedPolls > maxFailedPolls) throw error;
      if (failedPolls === 2) {
        const look = commandFor(stack, 'follow', runId);
        const message = `No answer from AWS for now; still trying. The run goes on in any case (${look}).`;
        terminal.report({ type: 'note', message });
      }
    }
    // An abort ends the pause; the loop says so.
    await pause(pollMilliseconds, undefined, { signal: terminal.signal }).catch(() => undefined);
  }
}

function followingStopped(runId: string, { stack }: DeployedPipeline): TransientError {
  return new TransientError(
    'Interrupted',
    `Following stopped; the run "${runId}" goes on. To look again: ${commandFor(stack, 'follow', runId)}. To stop the run: ${commandFor(stack, 'stop', runId)}.`,
    { evidence: { runId } },
  );
}
