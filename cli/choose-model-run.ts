import { readLatestModel } from '../lib/inference/latest-model';
import type { ObjectStore } from '../lib/store/object-store';
import { resolveRunId } from './run-ids';

/**
 * The run whose model is used.
 *
 * @param asked - as the user gave it. @default the run that is registered under `modelName`, or without one, the run
 *   whose model was registered last
 */
export async function chooseModelRun(
  store: ObjectStore,
  asked: string | undefined,
  modelName: string | undefined,
): Promise<string> {
  if (asked !== undefined) return resolveRunId(store, asked, 'finished');
  return (await readLatestModel(store, modelName)).runId;
}
