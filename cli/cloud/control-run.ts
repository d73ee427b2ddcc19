import type { Execution } from '../../lib/cloud/executions';
import { PermanentError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { Terminal } from '../terminal';
import { asFailure, isDecision } from './execution-failure';
import { type Controlled, findControlled } from './find-run';
import { createPageMirror } from './mirror-page';
import { commandFor, type DeployedPipeline, stackFlag } from './open-deployed-pipeline';
import { followSweepToEnd } from './sweeps/follow-to-end';
import { findSweepExecutions } from './sweeps/sweep-executions';
import { asSweepFailure, continueCommand } from './sweeps/sweep-failure';
import { waitForTrainings } from './sweeps/wait-for-trainings';
import { followToEnd } from './train-in-cloud';

export interface RunRequest {
  /** As the user gave it. */
  readonly runId: string;
  readonly isJson: boolean;
}

/** Follows a run or a sweep to its end. Of a run, it shows the earlier steps too. */
export async function followCommand(
  { isOpened, isJson, ...request }: RunRequest & { readonly isOpened: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  // Fails at once for an unknown run; following alone would wait, in case the run has just been started.
  const controlled = await findControlled(request.runId, cloud);
  const page = isOpened ? await createPageMirror(cloud.store, pagesOf(controlled), terminal) : undefined;
  await followControlled(controlled, { ...(page && { onPoll: page.update }) }, isJson, cloud, terminal);
}

function pagesOf({ kind, execution: { id } }: Controlled): string[] {
  return kind === 'sweep' ? [objectKeys.sweepPage(id)] : [objectKeys.report(id), objectKeys.progressPage(id)];
}

interface FollowOptions {
  readonly afterEventId?: number;
  readonly redriveCount?: number;
  readonly onPoll?: () => Promise<void>;
}

function followControlled(
  { kind, execution: { id, name } }: Controlled,
  options: FollowOptions,
  isJson: boolean,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  return kind === 'sweep'
    ? followSweepToEnd({ ...options, sweepId: id, name }, isJson, cloud, terminal)
    : followToEnd({ ...options, runId: id, name }, isJson, cloud, terminal);
}

/** Stops an execution and what it runs. Everything stored so far is kept. */
export async function stopCommand(
  { isJson, ...request }: RunRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const controlled = await findControlled(request.runId, cloud);
  const { kind, executions, execution } = controlled;
  const { id, name, status } = execution;
  const isRunning = status === 'RUNNING';
  if (isRunning) await executions.stop(name);
  if (isJson) {
    const ids = kind === 'sweep' ? { sweepId: id } : { runId: id };
    terminal.print(JSON.stringify({ ...ids, isStopped: isRunning, statusBefore: status }, null, 2));
    return;
  }
  terminal.print(
    isRunning
      ? describeStop(controlled, cloud)
      : `${kind === 'sweep' ? 'Sweep' : 'Run'} ${id} is not running (${status}). Nothing was changed.`,
  );
}

function describeStop({ kind, execution: { id } }: Controlled, { stack }: DeployedPipeline): string {
  switch (kind) {
    case 'sweep':
      return `Sweep ${id} is stopped, and the jobs of its trials are ending. To resume it later: ${commandFor(stack, 'redrive', id)}`;
    case 'trial':
      return `Run ${id} is stopped, and its job is ending. If its sweep goes on, it counts the trial as failed.`;
    case 'run':
      return `Run ${id} is stopped, and its job is ending. To resume it later: ${commandFor(stack, 'redrive', id)}`;
  }
}

/** Resumes a run or a sweep at the step where it ended, and follows it unless detached. */
export async function redriveCommand(
  { isJson, isDetached, ...request }: RunRequest & { readonly isDetached: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const controlled = await findControlled(request.runId, cloud);
  const { kind, executions } = controlled;
  const { id, name } = controlled.execution;
  refuseRepeatedDecision(controlled, cloud);
  await refuseWhileSweepRuns(controlled, cloud);
  const execution = kind === 'sweep' ? await waitToGoOn(controlled, cloud, terminal) : controlled.execution;
  const afterEventId =
    kind === 'sweep' ? undefined : ((await executions.eventsAfter(name, 0)).at(-1)?.id ?? 0);
  await executions.redrive(name);
  if (!isDetached) {
    const redriveCount = execution.redriveCount + 1;
    const options = { redriveCount, ...(afterEventId !== undefined && { afterEventId }) };
    await followControlled(controlled, options, isJson, cloud, terminal);
    return;
  }
  const look = commandFor(cloud.stack, 'follow', id);
  const [noun, ids] =
    kind === 'sweep' ? (['Sweep', { sweepId: id }] as const) : (['Run', { runId: id }] as const);
  terminal.print(isJson ? JSON.stringify(ids, null, 2) : `${noun} ${id} is resumed. To follow it: ${look}`);
}

/**
 * Waits until a sweep that has ended may go on.
 *
 * @returns its execution after the wait, which is long enough for another command to go on with the sweep.
 */
async function waitToGoOn(
  { execution, executions }: Controlled,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<Execution> {
  const { id, name, status } = execution;
  if (status === 'RUNNING') return execution;
  await waitForTrainings(id, execution, cloud, terminal);
  const { latest = await executions.describe(name) } = await findSweepExecutions(id, cloud);
  if (latest.name === name && latest.status !== 'RUNNING') return latest;
  throw new PermanentError(
    'RunExists',
    `Another command has gone on with the sweep "${id}" meanwhile, in the execution "${latest.name}" (${latest.status}). To follow it: ${commandFor(cloud.stack, 'follow', id)}.`,
    { evidence: { id, name: latest.name, status: latest.status } },
  );
}

function refuseRepeatedDecision({ kind, execution }: Controlled, { stack }: DeployedPipeline): void {
  if (!isDecision(execution)) return;
  const { id, error } = execution;
  const isSweep = kind === 'sweep';
  const { message } = isSweep ? asSweepFailure(execution, stack) : asFailure(execution, '');
  const next = isSweep
    ? `Then continue it with "${continueCommand(stack, id)}".`
    : `Start a new run with "mnist-pipeline train --cloud${stackFlag(stack)}".`;
  throw new PermanentError('InvalidInput', `A redrive would end in the same way. ${message} ${next}`, {
    evidence: { id, error: error ?? null },
  });
}

/** Its sweep may train the trial at the same time, or has counted it as failed. */
async function refuseWhileSweepRuns(
  { kind, sweepId, execution: { id } }: Controlled,
  cloud: DeployedPipeline,
): Promise<void> {
  if (kind !== 'trial') return;
  const { latest } = await findSweepExecutions(sweepId!, cloud);
  if (latest?.status !== 'RUNNING') return;
  throw new PermanentError(
    'InvalidInput',
    `The run "${id}" belongs to the sweep "${sweepId}", which is running and decides what is trained. Wait for its end, or stop it with "${commandFor(cloud.stack, 'stop', sweepId!)}".`,
    { evidence: { id, sweepId: sweepId! } },
  );
}
