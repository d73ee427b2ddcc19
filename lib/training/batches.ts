import type { LabeledImages } from '../dataset/load-split';

/** A batch in JavaScript memory. */
export interface Batch {
  readonly count: number;
  /** [count, pixels], row-major; the byte u stands for u / 255. */
  readonly pixels: Uint8Array;
  /** [count]. */
  readonly labels: Int32Array;
}

/** The images of these rows, in this order. */
export function takeRows({ pixels, labels, count }: LabeledImages, rows: Int32Array): Batch {
  const size = pixels.length / count;
  const batch = {
    count: rows.length,
    pixels: new Uint8Array(rows.length * size),
    labels: new Int32Array(rows.length),
  };
  rows.forEach((row, position) => {
    batch.pixels.set(pixels.subarray(row * size, (row + 1) * size), position * size);
    batch.labels[position] = labels[row]!;
  });
  return batch;
}

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
