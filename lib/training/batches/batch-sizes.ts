import type { LayersModel } from '@tensorflow/tfjs-layers';

const maxEvaluationBatch = 2000;
/** Of the widest layer's output; the default configuration's, 1,024 values an image, takes 8 MB at 2,000 images. */
const maxOutputBytes = 2 ** 23;

/**
 * Images per forward pass without a backward pass: as many as keep the widest output small. A size that divides the count
 * is preferred, because every other size has to be recorded for itself.
 */
export function evaluationBatchSize(model: LayersModel, imageCount: number): number {
  const widest = Math.max(
    ...model.layers.map(({ outputShape }) =>
      (outputShape as number[]).slice(1).reduce((product, size) => product * size, 1),
    ),
  );
  const largest = Math.max(1, Math.min(maxEvaluationBatch, Math.floor(maxOutputBytes / (4 * widest))));
  for (let size = largest; size > largest / 2; size -= 1) if (imageCount % size === 0) return size;
  return largest;
}

/** The different sizes of the batches of so many images: all but the last have `size`. */
export function batchSizesOf(imageCount: number, size: number): number[] {
  const rest = imageCount % size;
  return [...(imageCount >= size ? [size] : []), ...(rest > 0 ? [rest] : [])];
}
