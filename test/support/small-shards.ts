import { type DatasetManifest, datasetManifestSchema, type Split } from '../../lib/contracts/dataset';
import { valuesPerImage } from '../../lib/contracts/image-shape';
import { objectKeys } from '../../lib/contracts/object-keys';
import { loadSplit } from '../../lib/dataset/load-split';
import { normalizePixels } from '../../lib/dataset/pixels';
import { encodeShard } from '../../lib/dataset/shards';
import { getJson, putJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';

/** Divides the shards of a prepared dataset into shards of a few images, as if the dataset were large. */
export async function divideShards(
  store: ObjectStore,
  { dataset, contentKey }: { readonly dataset: string; readonly contentKey: string },
  rowsPerShard: number,
): Promise<DatasetManifest> {
  const key = objectKeys.manifest(dataset, contentKey);
  const manifest = await getJson(store, key, datasetManifestSchema);
  const values = valuesPerImage(manifest.imageShape);
  const divide = async (split: Split): Promise<DatasetManifest[Split]> => {
    const { pixels, labels, count, imageShape } = await loadSplit(store, manifest, split);
    const shards: DatasetManifest[Split]['shards'] = [];
    for (let first = 0; first < count; first += rowsPerShard) {
      const rowCount = Math.min(rowsPerShard, count - first);
      const part = {
        images: normalizePixels(pixels.subarray(first * values, (first + rowCount) * values)),
        labels: labels.subarray(first, first + rowCount),
      };
      const shardKey = objectKeys.shard(dataset, contentKey, split, shards.length);
      const { sha256, bytes } = await store.put(shardKey, await encodeShard(part, imageShape));
      shards.push({ key: shardKey, rowCount, sha256: sha256!, bytes });
    }
    return { ...manifest[split], shards };
  };
  const divided = { ...manifest, train: await divide('train'), test: await divide('test') };
  await putJson(store, key, datasetManifestSchema, divided);
  return divided;
}
