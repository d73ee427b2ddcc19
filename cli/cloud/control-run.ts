import { PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import type { Terminal } from '../terminal';
import { asFailure, isDecision } from './execution-failure';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';
import { followToEnd } from './train-in-cloud';

export interface RunRequest {
  readonly runId: string;
  readonly isJson: boolean;
}

/** Watches a run from its first step to its end, whenever it was started. */
export async function followCommand(
  { runId, isJson }: RunRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  assertRunId(runId);
  // Says so at once when there is no such run, where following would wait for one that was just started.
  await cloud.executions.describe(runId);
  await followToEnd({ runId }, isJson, cloud, terminal);
}

/** Stops an execution, and with it the job. Nothing is lost that was stored. */
export async function stopCommand(
  { runId, isJson }: RunRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  assertRunId(runId);
  const { status } = await cloud.executions.describe(runId);
  const isRunning = status === 'RUNNING';
  if (isRunning) await cloud.executions.stop(runId);
  if (isJson) {
    terminal.print(JSON.stringify({ runId, isStopped: isRunning, statusBefore: status }, null, 2));
    return;
  }
  terminal.print(
    isRunning
      ? `Run ${runId} is stopped; its job is told to end. To go on later: ${commandFor(cloud.stack, 'redrive', runId)}`
      : `Run ${runId} was not running any more (${status}); nothing was changed.`,
  );
}

/** Takes a run up at the step where it ended, and unless detached follows it. */
export async function redriveCommand(
  { runId, isJson, isDetached }: RunRequest & { readonly isDetached: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  assertRunId(runId);
  const { executions, stack } = cloud;
  const execution = await executions.describe(runId);
  if (isDecision(execution)) {
    const { message } = asFailure(execution, '');
    throw new PermanentError(
      'InvalidInput',
      `A redrive would come to the same end. ${message} Start a new run with "mnist-pipeline train --cloud".`,
      { evidence: { runId, error: execution.error ?? null } },
    );
  }
  const afterEventId = (await executions.eventsAfter(runId, 0)).at(-1)?.id ?? 0;
  await executions.redrive(runId);
  if (!isDetached) {
    const redriveCount = execution.redriveCount + 1;
    await followToEnd({ runId, afterEventId, redriveCount }, isJson, cloud, terminal);
    return;
  }
  const look = commandFor(stack, 'follow', runId);
  terminal.print(isJson ? JSON.stringify({ runId }, null, 2) : `Run ${runId} is taken up again: ${look}`);
}

function assertRunId(runId: string): void {
  parseOrThrow(runIdSchema, runId, 'The run id');
}
