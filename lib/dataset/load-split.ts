import type { DatasetManifest, Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { ObjectStore } from '../store/object-store';
import { forEachConcurrently } from './for-each-concurrently';
import { countKept, fetchShard, keptRows, unpackShard } from './read-shard';

/** While one shard is converted, the next is read and decompressed. Each takes up to 35 MiB. */
const shardsAtOnce = 2;

/** One split in memory. */
export interface LabeledImages {
  /** [count, ...imageShape], row-major. The byte u stands for u / 255 and takes a quarter of the memory. */
  readonly pixels: Uint8Array;
  /** [count]. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly imageShape: ImageShape;
}

/**
 * Reads all shards of a split.
 *
 * @throws PermanentError ArtifactNotFound for a missing shard, CorruptArtifact for one that differs from the manifest.
 */
export async function loadSplit(
  store: ObjectStore,
  { imageShape, ...manifest }: DatasetManifest,
  split: Split,
): Promise<LabeledImages> {
  const { rowCount: count, shards } = manifest[split];
  const imagePixels = valuesPerImage(imageShape);
  assertRowsAddUp(manifest, split);
  const { pixels, labels } = takeMemory(count, imagePixels, `The manifest of "${manifest.dataset}"`);
  let nextRow = 0;
  await forEachConcurrently(shards, shardsAtOnce, async (shard) => {
    const { key, rowCount } = shard;
    const row = nextRow;
    nextRow += countKept(shard);
    const bytes = await fetchShard(store, shard);
    const target = { pixels: pixels.subarray(row * imagePixels), labels: labels.subarray(row) };
    await unpackShard({ bytes, key, rowCount, imageShape, rows: keptRows(shard) }, target);
  });
  return { pixels, labels, count, imageShape };
}

/** Otherwise rows without a shard would become black images with the label 0. */
export function assertRowsAddUp(
  { dataset, ...manifest }: Omit<DatasetManifest, 'imageShape'>,
  split: Split,
): void {
  const { rowCount, shards } = manifest[split];
  const sum = shards.reduce((rows, shard) => rows + countKept(shard), 0);
  if (sum === rowCount) return;
  throw new PermanentError(
    'CorruptArtifact',
    `The manifest of "${dataset}" announces ${rowCount} ${split} images, and its shards have ${sum}. It was altered: delete it and run again.`,
    { evidence: { dataset, rowCount, sum } },
  );
}

function takeMemory(count: number, imagePixels: number, what: string) {
  try {
    return { pixels: new Uint8Array(count * imagePixels), labels: new Uint8Array(count) };
  } catch (cause) {
    const gibibytes = ((count * imagePixels) / 2 ** 30).toFixed(1);
    throw new PermanentError(
      'CorruptArtifact',
      `${what} announces ${count} images of ${imagePixels} pixels, ${gibibytes} GiB, which this Node.js cannot allocate as one array. If the dataset has this size, train on fewer images, or on a machine with more memory and Node.js 22. If not, the manifest was altered: delete it and run again.`,
      { evidence: { count, imagePixels }, cause },
    );
  }
}
