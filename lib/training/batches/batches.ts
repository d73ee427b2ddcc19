import type { LabeledImages } from '../../dataset/load-split';

/** A batch in JavaScript memory. */
export interface Batch {
  readonly count: number;
  /** [count, pixels], row-major; the byte u stands for u / 255. */
  readonly pixels: Uint8Array;
  /** [count]. */
  readonly labels: Int32Array;
}

/** Where the batches of a training come from. */
export interface BatchSource {
  /**
   * The batches of an epoch from the position `firstBatch` on, in order. Epochs count from 1, positions from 0. The
   * memory of a batch is used again when the next one is requested.
   */
  batchesOf(epoch: number, firstBatch: number): AsyncGenerator<Batch>;
  /** Ends the threads of the source. */
  close(): Promise<void>;
}

/** The images of these rows, in this order. */
export function takeRows(images: LabeledImages, rows: Int32Array): Batch {
  const pixels = new Uint8Array((rows.length * images.pixels.length) / images.count);
  copyPixels(images, rows, pixels);
  return { count: rows.length, pixels, labels: takeLabels(images, rows) };
}

/** @param target - [rows, pixels]. */
export function copyPixels({ pixels, count }: LabeledImages, rows: Int32Array, target: Uint8Array): void {
  const size = pixels.length / count;
  rows.forEach((row, position) => {
    target.set(pixels.subarray(row * size, (row + 1) * size), position * size);
  });
}

export const takeLabels = ({ labels }: LabeledImages, rows: Int32Array): Int32Array =>
  rows.map((row) => labels[row]!);

/** All images in order, `size` at a time; the last batch has the remaining ones. */
export function* takeInOrder({ pixels, labels, count }: LabeledImages, size: number): Generator<Batch> {
  const imagePixels = pixels.length / count;
  for (let first = 0; first < count; first += size) {
    const end = Math.min(first + size, count);
    yield {
      count: end - first,
      pixels: pixels.subarray(first * imagePixels, end * imagePixels),
      labels: Int32Array.from(labels.subarray(first, end)),
    };
  }
}
