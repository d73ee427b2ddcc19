import type { LabelledImages } from '../dataset/load-split';
import type { Batch } from './training-session';

/** The images of these rows, in this order. */
export function takeRows({ images, labels, count }: LabelledImages, rows: Int32Array): Batch {
  const pixels = images.length / count;
  const batch = {
    count: rows.length,
    images: new Float32Array(rows.length * pixels),
    labels: new Int32Array(rows.length),
  };
  rows.forEach((row, position) => {
    batch.images.set(images.subarray(row * pixels, (row + 1) * pixels), position * pixels);
    batch.labels[position] = labels[row]!;
  });
  return batch;
}

/** All images in order, `size` at a time; the last batch has what is left. */
export function* takeInOrder({ images, labels, count }: LabelledImages, size: number): Generator<Batch> {
  const pixels = images.length / count;
  for (let first = 0; first < count; first += size) {
    const end = Math.min(first + size, count);
    yield {
      count: end - first,
      images: images.subarray(first * pixels, end * pixels),
      labels: Int32Array.from(labels.subarray(first, end)),
    };
  }
}
