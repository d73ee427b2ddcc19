import { type DatasetManifest, datasetManifestSchema } from '../contracts/dataset';
import { isCorrupt } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { getJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

export interface PreparedDataset {
  readonly name: string;
  readonly contentKey: string;
  /** `undefined` for one that cannot be read. */
  readonly manifest: DatasetManifest | undefined;
  /** Of its shards. */
  readonly bytes: number;
}

/** The prepared datasets of a store, by name. */
export async function listPrepared(store: ObjectStore): Promise<PreparedDataset[]> {
  const found: PreparedDataset[] = [];
  for await (const { key } of store.list(objectKeys.datasets)) {
    const [, name, , contentKey] = /^datasets\/([^/]+)\/(prepared)\/([^/]+)\/manifest\.json$/.exec(key) ?? [];
    if (name === undefined || contentKey === undefined) continue;
    const manifest = await readManifest(store, key);
    const shards = manifest === undefined ? [] : [...manifest.train.shards, ...manifest.test.shards];
    found.push({ name, contentKey, manifest, bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0) });
  }
  return found;
}

async function readManifest(store: ObjectStore, key: string): Promise<DatasetManifest | undefined> {
  try {
    return await getJson(store, key, datasetManifestSchema);
  } catch (error) {
    // One altered file does not hide the others.
    if (isCorrupt(error)) return undefined;
    throw error;
  }
}
