import type { Batch } from '../../dataset/image-source';
import type { LabeledImages } from '../../dataset/load-split';

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
  return { count: rows.length, pixels, labels: rows.map((row) => images.labels[row]!) };
}

/** @param target - [rows, pixels]. */
export function copyPixels({ pixels, count }: LabeledImages, rows: Int32Array, target: Uint8Array): void {
  const size = pixels.length / count;
  rows.forEach((row, position) => {
    target.set(pixels.subarray(row * size, (row + 1) * size), position * size);
  });
}
