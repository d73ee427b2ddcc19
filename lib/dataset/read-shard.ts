import type { DatasetManifest, Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';
import { quantizePixels } from './pixels';
import { decodeShard } from './shards';

/** What the manifest says of a shard. */
export type ShardSummary = DatasetManifest[Split]['shards'][number];

/** A shard's file. */
export interface ShardFile {
  readonly bytes: Uint8Array;
  readonly key: string;
  /** Of the file. */
  readonly rowCount: number;
  readonly imageShape: ImageShape;
  /** The rows to take, in increasing order. @default all */
  readonly rows?: Int32Array | undefined;
}

/** The rows of a shard's file that count; `undefined` for all of them. */
export function keptRows({ rowCount, without }: ShardSummary): Int32Array | undefined {
  if (without === undefined || without.length === 0) return undefined;
  const dropped = new Set(without);
  return Int32Array.from({ length: rowCount }, (_, row) => row).filter((row) => !dropped.has(row));
}

export const countKept = ({ rowCount, without = [] }: ShardSummary): number => rowCount - without.length;

/** Receives the rows of a shard. */
export interface RowTarget {
  /** [rows, ...imageShape]. */
  readonly pixels: Uint8Array;
  /** [rows]. */
  readonly labels: Uint8Array;
}

/** @throws PermanentError ArtifactNotFound for a missing shard, CorruptArtifact for one that differs from the manifest. */
export async function fetchShard(
  store: ObjectStore,
  { key, sha256: expected }: ShardSummary,
): Promise<Uint8Array> {
  const bytes = await store.get(key);
  const actual = sha256Hex(bytes);
  if (actual === expected) return bytes;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} was altered: its SHA-256 is ${actual}, and the dataset's manifest says ${expected}. Delete it and run again to make it again from the raw files.`,
    { evidence: { key, actual, expected } },
  );
}

/** @throws PermanentError CorruptArtifact for a file that is not such a shard. */
export async function unpackShard({ bytes, rows, ...shape }: ShardFile, target: RowTarget): Promise<void> {
  const { key, imageShape } = shape;
  const { images, labels } = await decodeShard(bytes, shape);
  if (rows === undefined) {
    quantizePixels(images, target.pixels, key);
    target.labels.set(labels);
    return;
  }
  const values = valuesPerImage(imageShape);
  for (const [position, row] of rows.entries()) {
    const image = images.subarray(row * values, (row + 1) * values);
    quantizePixels(image, target.pixels.subarray(position * values), key);
    target.labels[position] = labels[row]!;
  }
}
