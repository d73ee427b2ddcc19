import type { DatasetManifest } from '../../contracts/dataset';
import type { RunConfig } from '../../contracts/run-config';
import { type ImageSource, inMemory } from '../../dataset/image-source';
import { loadSplit } from '../../dataset/load-split';
import { countKept, fetchShard, keptRows } from '../../dataset/read-shard';
import { ShardImages } from '../../dataset/shard-images';
import { decodeLabels } from '../../dataset/shards';
import type { ObjectStore } from '../../store/object-store';
import { chooseValidationImages, divideRows } from './held-out-images';
import { ShardThreads } from './shard-threads';

/** The images of a training. */
export interface TrainingImages {
  readonly trainImages: ImageSource;
  /** A part of the training images, or the test images. */
  readonly validationImages: ImageSource;
  readonly testImages: ImageSource;
  /** Ends the threads that read shards. */
  readonly close: () => Promise<void>;
}

type DivisionSettings = Pick<RunConfig, 'validationFraction' | 'seed'>;

/** The same for equal divisions of the same images. */
export function nameDivision({ validationFraction, seed }: DivisionSettings): string {
  return validationFraction === 0 ? '' : `${validationFraction} ${seed}`;
}

/**
 * @param windowRows - of the shuffle; `undefined` loads all images into memory.
 * @throws PermanentError ArtifactNotFound for a missing shard, CorruptArtifact for one that differs from the manifest;
 *   InvalidInput as `countHeldOut` does. Where shards are streamed, a shard is read when its turn comes.
 */
export async function openTrainingImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  settings: DivisionSettings,
  windowRows: number | undefined,
): Promise<TrainingImages> {
  return windowRows === undefined
    ? loadImages(store, manifest, settings)
    : streamImages(store, manifest, settings);
}

async function loadImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  settings: DivisionSettings,
): Promise<TrainingImages> {
  const trainImages = await loadSplit(store, manifest, 'train');
  const testImages = await loadSplit(store, manifest, 'test');
  const divided = chooseValidationImages(trainImages, testImages, settings);
  const test = inMemory(testImages);
  return {
    trainImages: inMemory(divided.trainImages),
    validationImages: divided.validationImages === testImages ? test : inMemory(divided.validationImages),
    testImages: test,
    close: async () => {},
  };
}

async function streamImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  { validationFraction, seed }: DivisionSettings,
): Promise<TrainingImages> {
  const divided =
    validationFraction === 0
      ? undefined
      : divideRows(await readLabels(store, manifest), validationFraction, seed);
  const threads = new ShardThreads();
  const { unpack } = threads;
  const close = () => threads.close();
  const testImages = new ShardImages(store, manifest, 'test', { unpack });
  if (divided === undefined) {
    const trainImages = new ShardImages(store, manifest, 'train', { unpack });
    return { trainImages, validationImages: testImages, testImages, close };
  }
  const takePart = (rows: Int32Array) =>
    new ShardImages(store, manifest, 'train', { unpack, rowsOfShards: divideByShards(rows, manifest) });
  return {
    trainImages: takePart(divided.training),
    validationImages: takePart(divided.heldOut),
    testImages,
    close,
  };
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
