import type { Execution } from '../../../lib/cloud/executions';
import { createError, PermanentError, PipelineError } from '../../../lib/contracts/errors';
import { parseOrThrow } from '../../../lib/contracts/parse';
import { runConfigSchema } from '../../../lib/contracts/run-config';
import { sweepExecutionInputSchema } from '../../../lib/contracts/sweep-steps';
import { openSweep, type SweepPlan, type SweepRequest } from '../../../lib/pipeline/sweep/open-sweep';
import { readSweep } from '../../../lib/pipeline/sweep/read-sweep';
import { type ContentObject, storeContent } from '../../../lib/store/content-object';
import { flagOf } from '../../flag-values';
import type { Terminal } from '../../terminal';
import { commandFor, type DeployedPipeline } from '../open-deployed-pipeline';
import { refuseLocalDataset } from '../train-in-cloud';
import { followSweepToEnd } from './follow-to-end';
import { findSweepExecutions, startSweepExecution } from './sweep-executions';
import { continueCommand } from './sweep-failure';
import { waitForTrainings } from './wait-for-trainings';

interface CloudSweepRequest {
  readonly request: SweepRequest;
  /** That the settings name; they are uploaded. */
  readonly objects: readonly ContentObject[];
  /** @default the stack's first */
  readonly compute: string | undefined;
  /** Start the sweep without following it. */
  readonly isDetached: boolean;
  readonly isJson: boolean;
}

/** Trials at a time, unless it is given. On this machine it is 1. */
const defaultParallel = 10;

/** Starts an execution for a sweep, new or stored, and follows it unless detached. One that is running is followed only. */
export async function sweepInCloud(
  { request, objects, compute, isDetached, isJson }: CloudSweepRequest,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  const { sweepId, planned, limits } = request;
  const input = parseOrThrow(
    sweepExecutionInputSchema,
    { sweepId, ...(compute !== undefined && { compute }) },
    'An option of sweep',
    'InvalidInput',
    flagOf,
  );
  const stored = await readSweep(cloud.store, sweepId);
  const ofSweep = planned ?? stored;
  if (ofSweep !== undefined) refuseLocalDatasets(ofSweep, cloud);
  const { latest } = await findSweepExecutions(sweepId, cloud);
  const isRunning = latest?.status === 'RUNNING';
  if (isRunning && (isChange(request) || compute !== undefined)) throw isRunningAlready(sweepId, cloud);
  const withDefaults = {
    ...request,
    limits: { ...(!stored && { maxParallel: defaultParallel }), ...limits },
  };
  if (!isRunning) await storeContent(cloud.store, objects);
  const execution = isRunning ? latest : await start(withDefaults, input, cloud, terminal);
  const what = isRunning ? 'is running already' : 'is started';
  if (isDetached) {
    terminal.print(
      isJson
        ? JSON.stringify({ sweepId, executionArn: execution.arn }, null, 2)
        : `Sweep ${sweepId} ${what}. To follow it: ${commandFor(cloud.stack, 'follow', sweepId)}`,
    );
    return;
  }
  terminal.report({ type: 'note', message: `Sweep ${sweepId} ${what} (${execution.arn})` });
  await followSweepToEnd({ sweepId, name: execution.name }, isJson, cloud, terminal);
}

const isChange = ({ planned, extension, limits }: SweepRequest) =>
  planned !== undefined || extension !== undefined || Object.keys(limits).length > 0;

/** Writes sweep.json, and starts an execution before another command can change it. */
async function start(
  request: SweepRequest,
  input: object,
  cloud: DeployedPipeline,
  terminal: Terminal,
): Promise<Pick<Execution, 'name' | 'arn'>> {
  const { sweepId } = request;
  const { release } = await openSweep(cloud.store, request, terminal.now);
  try {
    const { latest: earlier } = await findSweepExecutions(sweepId, cloud);
    if (earlier?.status === 'RUNNING') return earlier;
    if (earlier !== undefined) await waitForTrainings(sweepId, earlier, cloud, terminal);
    // Asked again, because the wait is long, and another command may have started or resumed one meanwhile.
    const { latest, next: count } = await findSweepExecutions(sweepId, cloud);
    if (latest?.status === 'RUNNING') return latest;
    return await startSweepExecution({ sweepId, count, input }, cloud);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const message = `${error.message}\nThe sweep is stored, and has not been started. To start it: ${continueCommand(cloud.stack, sweepId)}`;
    throw createError(error.name, message, { evidence: error.evidence, cause: error });
  } finally {
    await release();
  }
}

function refuseLocalDatasets(
  { settings, space }: Pick<SweepPlan, 'settings' | 'space'>,
  cloud: DeployedPipeline,
): void {
  const { dataset = runConfigSchema.parse({}).dataset } = settings;
  for (const each of space['dataset']?.values ?? [dataset]) refuseLocalDataset(String(each), cloud);
}

function isRunningAlready(sweepId: string, { stack }: DeployedPipeline): PermanentError {
  return new PermanentError(
    'RunExists',
    `The sweep "${sweepId}" is running on AWS, and stays as it is until it has ended. To follow it: ${continueCommand(stack, sweepId)}. To change it, stop it first: ${commandFor(stack, 'stop', sweepId)}.`,
    { evidence: { sweepId } },
  );
}
