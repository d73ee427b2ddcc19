import { PermanentError } from '../../lib/contracts/errors';
import type { Terminal } from '../terminal';
import { asFailure, isDecision } from './execution-failure';
import { findExecution } from './find-run';
import { createPageMirror } from './mirror-page';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';
import { followToEnd } from './train-in-cloud';

export interface RunRequest {
  /** As the user gave it. */
  readonly runId: string;
  readonly isJson: boolean;
}

/** Follows a run to its end and shows its earlier steps too. */
export async function followCommand(
  { isOpened, isJson, ...request }: RunRequest & { readonly isOpened: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  // Fails at once for an unknown run; following alone would wait, in case the run has just been started.
  const { runId } = await findExecution(request.runId, cloud);
  const page = isOpened ? await createPageMirror(cloud.store, runId, terminal) : undefined;
  await followToEnd({ runId, ...(page && { onPoll: page.update }) }, isJson, cloud, terminal);
}

/** Stops an execution and its job. Everything stored so far is kept. */
export async function stopCommand(
  { isJson, ...request }: RunRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { runId, status } = await findExecution(request.runId, cloud);
  const isRunning = status === 'RUNNING';
  if (isRunning) await cloud.executions.stop(runId);
  if (isJson) {
    terminal.print(JSON.stringify({ runId, isStopped: isRunning, statusBefore: status }, null, 2));
    return;
  }
  terminal.print(
    isRunning
      ? `Run ${runId} is stopped, and its job is ending. To resume it later: ${commandFor(cloud.stack, 'redrive', runId)}`
      : `Run ${runId} is not running (${status}). Nothing was changed.`,
  );
}

/** Resumes a run at the step where it ended, and follows it unless detached. */
export async function redriveCommand(
  { isJson, isDetached, ...request }: RunRequest & { readonly isDetached: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { executions, stack } = cloud;
  const execution = await findExecution(request.runId, cloud);
  const { runId } = execution;
  if (isDecision(execution)) {
    const { message } = asFailure(execution, '');
    throw new PermanentError(
      'InvalidInput',
      `A redrive would end in the same way. ${message} Start a new run with "mnist-pipeline train --cloud".`,
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
  terminal.print(
    isJson ? JSON.stringify({ runId }, null, 2) : `Run ${runId} is resumed. To follow it: ${look}`,
  );
}
