import type { DatasetManifest } from '../contracts/dataset';
import type { ValidationSettings } from '../contracts/validation-data';
import type { ObjectStore } from '../store/object-store';
import { countKept, fetchShard, keptRows } from './read-shard';
import { holdOutRows } from './rows/hold-out-rows';
import { ShardImages, type ShardImagesOptions } from './shard-images';
import { decodeLabels } from './shards';

/**
 * The two parts of the training images, read from their shards each time. Only the labels are read here.
 *
 * @param settings - that hold out images.
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for a shard; InvalidInput as `holdOutRows` does.
 */
export async function openDividedShards(
  store: ObjectStore,
  manifest: DatasetManifest,
  settings: ValidationSettings,
  options: Pick<ShardImagesOptions, 'unpack'> = {},
): Promise<{ readonly trainImages: ShardImages; readonly validationImages: ShardImages }> {
  const { training, heldOut } = holdOutRows(await readLabels(store, manifest), settings);
  const takePart = (rows: Int32Array) =>
    new ShardImages(store, manifest, 'train', { ...options, rowsOfShards: divideByShards(rows, manifest) });
  return { trainImages: takePart(training), validationImages: takePart(heldOut) };
}

/** [training images]. */
async function readLabels(store: ObjectStore, { train }: DatasetManifest): Promise<Uint8Array> {
  const labels = new Uint8Array(train.rowCount);
  let firstRow = 0;
  for (const shard of train.shards) {
    const all = await decodeLabels(await fetchShard(store, shard), shard);
    labels.set(keptRows(shard)?.map((row) => all[row]!) ?? all, firstRow);
    firstRow += countKept(shard);
  }
  return labels;
}

/** For each shard its part of the training images, as rows of its file. */
function divideByShards(rows: Int32Array, { train }: DatasetManifest): Int32Array[] {
  let [firstRow, first] = [0, 0];
  return train.shards.map((shard) => {
    const nextFirstRow = firstRow + countKept(shard);
    let end = first;
    while (end < rows.length && rows[end]! < nextFirstRow) end += 1;
    const kept = keptRows(shard);
    const part = rows.slice(first, end).map((row) => kept?.[row - firstRow] ?? row - firstRow);
    [first, firstRow] = [end, nextFirstRow];
    return part;
  });
}
