import { type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TransientError } from '../contracts/errors';
import { normalizePixels } from '../dataset/shards';

export interface ImageBatchSource {
  /** [count, height, width], row-major; u stands for u / 255. */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** [height, width] in pixels. */
  readonly imageShape: readonly [number, number];
}

/** Images per forward pass: 1,000 keeps the widest activation of the seed model at 4 MB. */
const imagesPerBatch = 1000;

/**
 * Softmax probabilities, [count, classes], row-major. Tensors made here are disposed; the model stays the caller's.
 * Gives way to the event loop between batches, so that a signal can arrive.
 *
 * @param classes - the width of the model's output.
 * @throws TransientError Interrupted when `signal` is aborted between two batches.
 */
export async function predictAll(
  model: LayersModel,
  { pixels, count, imageShape }: ImageBatchSource,
  classes: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const [height, width] = imageShape;
  const imagePixels = height * width;
  const probabilities = new Float32Array(count * classes);
  for (let first = 0; first < count; first += imagesPerBatch) {
    throwIfInterrupted(signal, first, count);
    const rows = Math.min(imagesPerBatch, count - first);
    const images = normalizePixels(pixels.subarray(first * imagePixels, (first + rows) * imagePixels));
    const output = tidy(() => model.predict(tensor3d(images, [rows, height, width])) as Tensor);
    try {
      probabilities.set(await output.data<'float32'>(), first * classes);
    } finally {
      output.dispose();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return probabilities;
}

function throwIfInterrupted(signal: AbortSignal | undefined, done: number, count: number): void {
  if (signal?.aborted !== true) return;
  throw new TransientError(
    'Interrupted',
    `The evaluation was told to stop after ${done} of ${count} test images. Nothing was published; start it again to evaluate the same model.`,
    { evidence: { done, count } },
  );
}
