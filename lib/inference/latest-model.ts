import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { parseOrThrow } from '../contracts/parse';
import { type LatestModel, latestModelSchema } from '../contracts/results';
import { runConfigSchema } from '../contracts/run-config';
import { getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/**
 * The pointer to the run whose model is registered under a name.
 *
 * @throws PermanentError InvalidInput for an invalid name; ArtifactNotFound if no model has it.
 */
export async function readLatestModel(store: ObjectStore, modelName: string): Promise<LatestModel> {
  const name = parseOrThrow(runConfigSchema.shape.modelName, modelName, 'The model name');
  const latest = await getJsonIfPresent(store, objectKeys.latestModel(name), latestModelSchema);
  if (latest !== undefined) return latest;
  throw new PermanentError(
    'ArtifactNotFound',
    `No model "${name}" is registered in ${store.location}. Train one with "mnist-pipeline train", or give a run id or another --model-name.`,
    { evidence: { modelName: name } },
  );
}

/** Every registered model's pointer, in the order of their names. */
export async function listLatestModels(store: ObjectStore): Promise<LatestModel[]> {
  const pointers: LatestModel[] = [];
  for await (const { key } of store.list(objectKeys.models)) {
    const pointer = await getJsonIfPresent(store, key, latestModelSchema);
    if (pointer !== undefined) pointers.push(pointer);
  }
  return pointers;
}
