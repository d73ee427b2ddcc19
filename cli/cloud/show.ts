import type { Execution } from '../../lib/cloud/executions';
import { absentAsUndefined } from '../../lib/contracts/errors';
import { readRun } from '../../lib/pipeline/list-runs';
import { describeRun, showCommand } from '../commands/show';
import { isFinished } from '../run-ids';
import type { Terminal } from '../terminal';
import { asFailure } from './execution-failure';
import { findRunId } from './find-run';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';

/** Shows a run; for an unfinished one also its execution, because the bucket does not record failures. */
export async function showInCloud(
  request: { readonly runId: string; readonly isJson: boolean },
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { store } = cloud;
  const { isJson } = request;
  const runId = await findRunId(request.runId, cloud);
  const run = await readRun(store, runId);
  const isOver = run !== undefined && isFinished(run);
  const execution = isOver ? undefined : await absentAsUndefined(cloud.executions.describe(runId));
  if (execution === undefined) return showCommand({ store, isJson, runId }, terminal);
  if (isJson) {
    terminal.print(JSON.stringify({ ...(run ?? { status: 'unfinished', runId }), execution }, null, 2));
    return;
  }
  if (run !== undefined) terminal.print(await describeRun(store, run, terminal.styles));
  terminal.print(`${run === undefined ? '' : '\n'}${describeExecution(execution, cloud)}`);
}

function describeExecution(execution: Execution, { stack }: DeployedPipeline): string {
  const { runId, status, startedAt } = execution;
  if (status === 'SUCCEEDED') return `The execution of "${runId}" succeeded.`;
  if (status !== 'RUNNING') {
    const failure = asFailure(execution, commandFor(stack, 'redrive', runId));
    return `${failure.name}: ${failure.message}`;
  }
  const since = startedAt === undefined ? '' : ` since ${startedAt.toISOString()}`;
  return `The execution of "${runId}" is running${since}: ${commandFor(stack, 'follow', runId)}`;
}
