import type { Execution } from '../../lib/cloud/executions';
import { findBuiltIn } from '../../lib/contracts/built-in-datasets';
import { PermanentError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { executionInputSchema } from '../../lib/contracts/steps';
import { createRunId } from '../../lib/pipeline/start-run';
import { type ContentObject, storeContent } from '../../lib/store/content-object';
import type { ObjectStore } from '../../lib/store/object-store';
import { quoteForShell } from '../command-text';
import { flagOf } from '../flag-values';
import { printOutcome } from '../print-outcome';
import { isAlias } from '../run-ids';
import { settingsOfCommand } from '../settings';
import type { Terminal } from '../terminal';
import { asFailure } from './execution-failure';
import { type FollowRequest, followRun } from './follow-run';
import { commandFor, type DeployedPipeline, stackFlag } from './open-deployed-pipeline';

export interface CloudTrainRequest {
  /** Only the given settings: the workflow fills in the defaults. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The settings name them; they are uploaded. */
  readonly objects: readonly ContentObject[];
  /** @default generated from the time */
  readonly runId: string | undefined;
  /** Start the run without following it. */
  readonly isDetached: boolean;
  readonly isJson: boolean;
}

/** Starts an execution, and follows it to its end unless detached. */
export async function trainInCloud(
  request: CloudTrainRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { isJson, isDetached } = request;
  const runId = parseOrThrow(runIdSchema, request.runId ?? createRunId(terminal.now()), 'The run id');
  refuseAlias(runId);
  const input = parseOrThrow(executionInputSchema, request.input, settingsOfCommand, 'InvalidInput', flagOf);
  refuseLocalDataset(input.dataset, cloud);
  await storeContent(cloud.store, request.objects);
  const arn = await cloud.executions.start(runId, request.input);
  if (isDetached) {
    const look = commandFor(cloud.stack, 'follow', runId);
    terminal.print(
      isJson
        ? JSON.stringify({ runId, executionArn: arn }, null, 2)
        : `Run ${runId} is started. To follow it: ${look}`,
    );
    return;
  }
  terminal.report({ type: 'note', message: `Started the run ${runId} (${arn})` });
  await followToEnd({ runId }, isJson, cloud, terminal);
}

function refuseAlias(runId: string): void {
  if (!isAlias(runId)) return;
  throw new PermanentError(
    'InvalidInput',
    `The run id "${runId}" is reserved: in other commands it means a run that exists. Choose another run id.`,
    { evidence: { runId } },
  );
}

/** The workflow cannot read folders of this machine. */
export function refuseLocalDataset(dataset: string, { stack }: Pick<DeployedPipeline, 'stack'>): void {
  if (findBuiltIn(dataset) !== undefined || dataset.startsWith('s3://')) return;
  throw new PermanentError(
    'InvalidInput',
    `The dataset ${JSON.stringify(dataset)} is on this machine, and the workflow cannot read it. Upload it with "mnist-pipeline upload ${quoteForShell(dataset)}${stackFlag(stack)}", which prints the --dataset to give.`,
    { evidence: { dataset } },
  );
}

/** Follows a run. Prints and throws the same as a local run. */
export async function followToEnd(
  request: FollowRequest,
  isJson: boolean,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const execution = await followRun(request, cloud, terminal);
  const { runId } = request;
  const { store, stack } = cloud;
  if (hasRecord(execution)) {
    if (await isPaused(store, runId)) {
      terminal.print(
        isJson
          ? JSON.stringify({ runId, status: 'paused' }, null, 2)
          : `The training of ${runId} has paused, as the input of its execution says.`,
      );
      return;
    }
    const nextCommands = [
      { command: commandFor(stack, 'fetch', runId), meaning: 'download the model and the report' },
    ];
    await printOutcome({ store, runId, isJson, nextCommands }, terminal);
  }
  if (execution.status !== 'SUCCEEDED') throw asFailure(execution, commandFor(stack, 'redrive', runId));
}

const isPaused = async (store: ObjectStore, runId: string) =>
  (await store.head(objectKeys.runRecord(runId))) === undefined;

/** A run below the minimum accuracy is stored and shown like any other. */
function hasRecord({ status, error }: Execution): boolean {
  return status === 'SUCCEEDED' || error === 'QualityGateFailed';
}
