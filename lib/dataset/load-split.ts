import type { DatasetManifest, Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';
import { forEachConcurrently } from './for-each-concurrently';
import { quantizePixels } from './pixels';
import { decodeShard } from './shards';

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
  await forEachConcurrently(shards, shardsAtOnce, async ({ key, rowCount, sha256 }) => {
    const row = nextRow;
    nextRow += rowCount;
    const bytes = await store.get(key);
    assertManifestChecksum(store, key, sha256Hex(bytes), sha256);
    const shard = await decodeShard(bytes, { key, rowCount, imageShape });
    quantizePixels(shard.images, pixels.subarray(row * imagePixels), key);
    labels.set(shard.labels, row);
  });
  return { pixels, labels, count, imageShape };
}

function assertManifestChecksum(store: ObjectStore, key: string, actual: string, expected: string): void {
  if (actual === expected) return;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} was altered: its SHA-256 is ${actual}, and the dataset's manifest says ${expected}. Delete it and run again to make it again from the raw files.`,
    { evidence: { key, actual, expected } },
  );
}

/** Otherwise rows without a shard would become black images with the label 0. */
function assertRowsAddUp({ dataset, ...manifest }: Omit<DatasetManifest, 'imageShape'>, split: Split): void {
  const { rowCount, shards } = manifest[split];
  const sum = shards.reduce((rows, shard) => rows + shard.rowCount, 0);
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
