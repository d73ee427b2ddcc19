import type { Execution, Executions } from '../../lib/cloud/executions';
import { didYouMean } from '../../lib/contracts/did-you-mean';
import { absentAsUndefined, PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { listRunIds } from '../../lib/pipeline/list-runs';
import { hasRun, isAlias, resolveRunId } from '../run-ids';
import type { DeployedPipeline } from './open-deployed-pipeline';
import { findSweepByName, findSweepExecutions } from './sweeps/sweep-executions';
import { findTrialExecution } from './sweeps/trial-execution';

/** What `follow`, `stop` and `redrive` act on. */
export interface Controlled {
  /** `trial`: a run that belongs to a sweep. */
  readonly kind: 'run' | 'trial' | 'sweep';
  readonly execution: Execution;
  /** Those of the state machine that has it. */
  readonly executions: Executions;
  /** Of a trial or a sweep. */
  readonly sweepId?: string;
}

/**
 * The execution that a user names: of a run as `resolveRunId` does, or of a sweep by its id or by the name of any of its
 * executions, of which the latest one counts. An execution of exactly this name comes before the beginning of another run
 * id, because it may have failed before it stored anything. For the exact name of a run, or of what runs, only Step
 * Functions is asked: a user who may stop runs may lack the right to read the bucket.
 *
 * @throws PermanentError InvalidInput or ArtifactNotFound.
 */
export async function findControlled(text: string, cloud: DeployedPipeline): Promise<Controlled> {
  const { store } = cloud;
  const given = parseOrThrow(runIdSchema, text, 'The run id');
  if (isAlias(given)) return findRunOrTrial(await resolveRunId(store, given), cloud);
  let absence: PermanentError;
  try {
    const { executions } = cloud;
    const execution = await absentAsUndefined(executions.describe(given));
    return execution === undefined
      ? ((await findSweep(given, cloud)) ?? (await findRunOrTrial(given, cloud)))
      : { kind: 'run', execution, executions };
  } catch (error) {
    if (!(error instanceof PermanentError) || error.name !== 'ArtifactNotFound') throw error;
    absence = error;
  }
  const runIds = await listRunIds(store);
  if (runIds.some((runId) => runId !== given && runId.startsWith(given)))
    return findRunOrTrial(await resolveRunId(store, given), cloud);
  const suggestion = didYouMean(given, runIds);
  if (suggestion === '') throw absence;
  throw new PermanentError('ArtifactNotFound', `${absence.message}${suggestion}`, { cause: absence });
}

async function findSweep(given: string, cloud: DeployedPipeline): Promise<Controlled | undefined> {
  const { sweeps } = cloud;
  if (sweeps === undefined) return undefined;
  const named = await absentAsUndefined(sweeps.describe(given));
  const sweepId = named?.id ?? (await findSweepByName(given, cloud));
  if (sweepId === undefined) return undefined;
  // A sweep runs in one execution at a time.
  const { latest = named } = named?.status === 'RUNNING' ? {} : await findSweepExecutions(sweepId, cloud);
  return latest && { kind: 'sweep', execution: latest, executions: sweeps, sweepId };
}

/** @throws PermanentError ArtifactNotFound for a run without an execution. */
export async function findRunOrTrial(runId: string, cloud: DeployedPipeline): Promise<Controlled> {
  const { executions } = cloud;
  const trial = await findTrialExecution(runId, cloud);
  return trial === undefined
    ? { kind: 'run', execution: await executions.describe(runId), executions }
    : { kind: 'trial', executions, ...trial };
}

/**
 * The id of the run that a user names. What the bucket has comes first, because AWS forgets an execution 90 days after
 * its end.
 *
 * @throws PermanentError InvalidInput or ArtifactNotFound.
 */
export async function findRunId(text: string, { store, executions }: DeployedPipeline): Promise<string> {
  const given = parseOrThrow(runIdSchema, text, 'The run id');
  if (isAlias(given) || (await hasRun(store, given))) return resolveRunId(store, given);
  const execution = await absentAsUndefined(executions.describe(given));
  return execution === undefined ? resolveRunId(store, given) : given;
}
