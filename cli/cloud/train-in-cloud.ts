import type { Execution } from '../../lib/cloud/executions';
import { PermanentError } from '../../lib/contracts/errors';
import { type ExecutionInput, executionInputSchema } from '../../lib/contracts/execution';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { createRunId } from '../../lib/pipeline/start-run';
import { printOutcome } from '../print-outcome';
import type { Terminal } from '../terminal';
import { asFailure } from './execution-failure';
import { type FollowRequest, followRun } from './follow-run';
import { commandFor, type DeployedPipeline } from './open-deployed-pipeline';

export interface CloudTrainRequest {
  /** Only what was given: the workflow fills in the defaults, as it does for the console. */
  readonly input: Readonly<Record<string, unknown>>;
  /** @default made from the time */
  readonly runId: string | undefined;
  /** Start only. */
  readonly isDetached: boolean;
  readonly isJson: boolean;
}

/** Starts an execution, and unless detached follows it to its end. */
export async function trainInCloud(
  request: CloudTrainRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { isJson, isDetached } = request;
  const runId = parseOrThrow(runIdSchema, request.runId ?? createRunId(terminal.now()), 'The run id');
  const input = parseOrThrow(
    executionInputSchema,
    request.input,
    'The settings given on the command line ("mnist-pipeline help train" lists them)',
  );
  refuseLocalDataset(input, cloud);
  const arn = await cloud.executions.start(runId, request.input);
  if (isDetached) {
    const look = commandFor(cloud.stack, 'follow', runId);
    terminal.print(
      isJson ? JSON.stringify({ runId, executionArn: arn }, null, 2) : `Run ${runId} is started: ${look}`,
    );
    return;
  }
  terminal.report({ type: 'note', message: `Started the run ${runId} (${arn})` });
  await followToEnd({ runId }, isJson, cloud, terminal);
}

/** Folders of this machine are not seen from there. */
function refuseLocalDataset({ dataset }: ExecutionInput, { store }: DeployedPipeline): void {
  if (dataset === 'mnist' || dataset.startsWith('s3://')) return;
  const target = `${store.location}/${objectKeys.uploads}my-digits`;
  throw new PermanentError(
    'InvalidInput',
    `The dataset ${JSON.stringify(dataset)} is a folder of this machine, which the workflow cannot read. Upload it (aws s3 sync ${quoteForShell(dataset)} ${target}), and give --dataset ${target}.`,
    { evidence: { dataset } },
  );
}

/** As it is where a shell takes it so; otherwise in single quotes. */
function quoteForShell(path: string): string {
  return /^[\w./~:\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Follows a run, prints what a local one prints, and throws what a local one throws. */
export async function followToEnd(
  request: FollowRequest,
  isJson: boolean,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const execution = await followRun(request, cloud, terminal);
  if (hasRecord(execution)) await printOutcome(cloud.store, execution.runId, isJson, terminal);
  if (execution.status !== 'SUCCEEDED')
    throw asFailure(execution, commandFor(cloud.stack, 'redrive', execution.runId));
}

/** A run below the threshold is kept, and shown like any other. */
function hasRecord({ status, error }: Execution): boolean {
  return status === 'SUCCEEDED' || error === 'QualityGateFailed';
}
