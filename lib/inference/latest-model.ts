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
 * @param modelName - @default - the model that was registered last, under any name
 * @throws PermanentError InvalidInput for an invalid name; ArtifactNotFound if no model has it, or none is registered.
 */
export async function readLatestModel(store: ObjectStore, modelName?: string): Promise<LatestModel> {
  const latest =
    modelName === undefined ? await findNewest(store) : await readPointer(store, checkName(modelName));
  if (latest !== undefined) return latest;
  const [what, other] =
    modelName === undefined ? ['No model', ''] : [`No model "${modelName}"`, ' or another --model-name'];
  throw new PermanentError(
    'ArtifactNotFound',
    `${what} is registered in ${store.location}. Train one with "mnist-pipeline train", or give a run id${other}.`,
    { evidence: { modelName: modelName ?? 'any' } },
  );
}

const checkName = (modelName: string) =>
  parseOrThrow(runConfigSchema.shape.modelName, modelName, 'The model name');

const readPointer = (store: ObjectStore, modelName: string) =>
  getJsonIfPresent(store, objectKeys.latestModel(modelName), latestModelSchema);

async function findNewest(store: ObjectStore): Promise<LatestModel | undefined> {
  const pointers = await listLatestModels(store);
  return pointers.toSorted((a, b) => Date.parse(b.promotedAt) - Date.parse(a.promotedAt))[0];
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
