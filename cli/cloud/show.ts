import type { Execution } from '../../lib/cloud/executions';
import type { StackLocation } from '../../lib/cloud/find-stack';
import { absentAsUndefined } from '../../lib/contracts/errors';
import { readRun } from '../../lib/pipeline/list-runs';
import { describeRun, showCommand } from '../commands/show';
import { isFinished } from '../run-ids';
import type { Terminal } from '../terminal';
import { asFailure } from './execution-failure';
import { findRunId, findRunOrTrial } from './find-run';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';

/** Shows a run; for an unfinished one also its execution, because the bucket does not record failures. */
export async function showInCloud(
  request: { readonly runId: string; readonly isJson: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { store, stack } = cloud;
  const { isJson } = request;
  const runId = await findRunId(request.runId, cloud);
  const run = await readRun(store, runId);
  const isOver = run !== undefined && isFinished(run);
  const found = isOver ? undefined : await absentAsUndefined(findRunOrTrial(runId, cloud));
  if (found === undefined) return showCommand({ store, isJson, runId }, terminal);
  const { execution } = found;
  if (isJson) {
    terminal.print(JSON.stringify({ ...(run ?? { status: 'unfinished', runId }), execution }, null, 2));
    return;
  }
  if (run !== undefined) terminal.print(await describeRun(store, run, terminal.styles));
  terminal.print(`${run === undefined ? '' : '\n'}${describeExecution(execution, stack, asRunFailure)}`);
}

/** @param asError - what it failed with, if it did. */
export function describeExecution(
  execution: Execution,
  stack: StackLocation,
  asError: (execution: Execution, stack: StackLocation) => Error,
): string {
  const { id, status, startedAt } = execution;
  if (status === 'SUCCEEDED') return `The latest execution of "${id}" succeeded.`;
  if (status !== 'RUNNING') {
    const failure = asError(execution, stack);
    return `${failure.name}: ${failure.message}`;
  }
  const since = startedAt === undefined ? '' : ` since ${startedAt.toISOString()}`;
  return `The execution of "${id}" is running${since}: ${commandFor(stack, 'follow', id)}`;
}

const asRunFailure = (execution: Execution, stack: StackLocation) =>
  asFailure(execution, commandFor(stack, 'redrive', execution.id));
