import { PermanentError } from '../contracts/errors';
import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import { decodeNpz, encodeNpz, maxNpyHeaderBytes } from './npz';

/** 32 MiB of float32 pixels: small compared with a Lambda's memory, large compared with a request's latency. */
const maxShardPixelBytes = 32 * 2 ** 20;
const maxRowsPerShard = 10_000;

export function rowsPerShard(imageShape: ImageShape): number {
  const rows = Math.floor(maxShardPixelBytes / (valuesPerImage(imageShape) * Float32Array.BYTES_PER_ELEMENT));
  return Math.min(Math.max(rows, 1), maxRowsPerShard);
}

/** The images and labels of one shard. */
export interface Shard {
  /** [rows, ...imageShape], in [0, 1]. */
  readonly images: Float32Array;
  /** [rows]. */
  readonly labels: Uint8Array;
}

/** An .npz of `x` (float32 [rows, ...imageShape]) and `y` (uint8 [rows]). */
export function encodeShard({ images, labels }: Shard, imageShape: ImageShape): Promise<Uint8Array> {
  return encodeNpz({
    x: { dtype: 'float32', shape: [labels.length, ...imageShape], data: images },
    y: { dtype: 'uint8', shape: [labels.length], data: labels },
  });
}

/** @throws PermanentError CorruptArtifact unless the file has exactly the expected rows. */
export async function decodeShard(
  bytes: Uint8Array,
  { key, rowCount, imageShape }: { key: string; rowCount: number; imageShape: ImageShape },
): Promise<Shard> {
  const maxBytes = 2 * maxNpyHeaderBytes + rowCount * (4 * valuesPerImage(imageShape) + 1);
  const { x, y } = await decodeNpz(bytes, key, maxBytes);
  const expected = [rowCount, ...imageShape].join('×');
  if (
    x?.dtype === 'float32' &&
    y?.dtype === 'uint8' &&
    x.shape.join('×') === expected &&
    y.shape.join('×') === String(rowCount)
  ) {
    return { images: x.data, labels: y.data };
  }
  const found = [x, y].map((array) => (array ? `${array.dtype} ${array.shape.join('×')}` : 'nothing'));
  throw new PermanentError(
    'CorruptArtifact',
    `${key} has ${found[0]} as x and ${found[1]} as y; expected are float32 ${expected} and uint8 ${rowCount}. Delete it and run again to make it again.`,
    { evidence: { key, x: found[0]!, y: found[1]!, expected } },
  );
}

/**
 * Only the labels of a shard, without the memory of its images.
 *
 * @throws PermanentError CorruptArtifact unless the file has a label for each of its rows.
 */
export async function decodeLabels(
  bytes: Uint8Array,
  { key, rowCount }: { key: string; rowCount: number },
): Promise<Uint8Array> {
  const { y } = await decodeNpz(bytes, key, maxNpyHeaderBytes + rowCount, ['y']);
  if (y?.dtype === 'uint8' && y.shape.join('×') === String(rowCount)) return y.data;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} has ${y === undefined ? 'nothing' : `${y.dtype} ${y.shape.join('×')}`} as y; expected is uint8 ${rowCount}. Delete it and run again to make it again.`,
    { evidence: { key, rowCount } },
  );
}
