import { PermanentError, PipelineError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { parseOrThrow } from '../../lib/contracts/parse';
import { runIdSchema } from '../../lib/contracts/run-config';
import { listRunIds } from '../../lib/pipeline/list-runs';
import { isAlias, resolveRunId } from '../run-ids';
import { didYouMean } from '../suggest';
import type { DeployedPipeline } from './open-deployed-pipeline';

/**
 * The run of a deployed pipeline that a user names, as `resolveRunId` does. An execution of exactly this name comes
 * before the beginning of another run id, because it may have failed before it stored anything.
 *
 * @throws PermanentError InvalidInput or ArtifactNotFound.
 */
export async function resolveCloudRun(
  text: string,
  { store, executions }: DeployedPipeline,
): Promise<string> {
  const given = parseOrThrow(runIdSchema, text, 'The run id');
  if (isAlias(given)) return resolveRunId(store, given);
  if ((await store.head(objectKeys.config(given))) !== undefined) return given;
  try {
    await executions.describe(given);
    return given;
  } catch (error) {
    if (!isAbsence(error)) throw error;
    const runIds = await listRunIds(store);
    if (runIds.some((runId) => runId.startsWith(given))) return resolveRunId(store, given);
    const suggestion = didYouMean(given, runIds);
    throw suggestion === ''
      ? error
      : new PermanentError('ArtifactNotFound', `${error.message}${suggestion}`, { cause: error });
  }
}

function isAbsence(error: unknown): error is PipelineError {
  return error instanceof PipelineError && error.name === 'ArtifactNotFound';
}
