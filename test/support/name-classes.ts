import { type DatasetManifest, datasetManifestSchema } from '../../lib/contracts/dataset';
import { objectKeys } from '../../lib/contracts/object-keys';
import { getJson, putJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';

/** Replaces the names of the classes, and the white, in the manifest of a prepared dataset. */
export async function nameClasses(
  store: ObjectStore,
  { dataset, contentKey }: { readonly dataset: string; readonly contentKey: string },
  labels: Pick<DatasetManifest, 'classNames' | 'white'>,
): Promise<void> {
  const key = objectKeys.manifest(dataset, contentKey);
  const manifest = await getJson(store, key, datasetManifestSchema);
  await putJson(store, key, datasetManifestSchema, { ...manifest, ...labels });
}
