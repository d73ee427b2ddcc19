import type { Execution } from '../../lib/cloud/executions';
import { didYouMean } from '../../lib/contracts/did-you-mean';
import { absentAsUndefined, PermanentError } from '../../lib/contracts/errors';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { listRunIds } from '../../lib/pipeline/list-runs';
import { hasRun, isAlias, resolveRunId } from '../run-ids';
import type { DeployedPipeline } from './open-deployed-pipeline';

/**
 * The execution that a user names, as `resolveRunId` does. An execution of exactly this name comes before the beginning
 * of another run id, because it may have failed before it stored anything. For an exact name only Step Functions is
 * asked: a user who may stop runs may lack the right to read the bucket.
 *
 * @throws PermanentError InvalidInput or ArtifactNotFound.
 */
export async function findExecution(
  text: string,
  { store, executions }: DeployedPipeline,
): Promise<Execution> {
  const given = parseOrThrow(runIdSchema, text, 'The run id');
  if (isAlias(given)) return executions.describe(await resolveRunId(store, given));
  let absence: PermanentError;
  try {
    return await executions.describe(given);
  } catch (error) {
    if (!(error instanceof PermanentError) || error.name !== 'ArtifactNotFound') throw error;
    absence = error;
  }
  const runIds = await listRunIds(store);
  if (runIds.some((runId) => runId !== given && runId.startsWith(given)))
    return executions.describe(await resolveRunId(store, given));
  const suggestion = didYouMean(given, runIds);
  if (suggestion === '') throw absence;
  throw new PermanentError('ArtifactNotFound', `${absence.message}${suggestion}`, { cause: absence });
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
