import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { TransientError } from '../contracts/errors';
import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { PixelRange } from '../contracts/pixel-range';
import { type ImageSource, type PredictedBatch, takeInOrder } from '../dataset/image-source';
import { scalePixels } from '../dataset/pixels';

export interface ImageBatchSource {
  /** [count, ...imageShape], row-major. */
  readonly pixels: Uint8Array;
  /**
   * The values that the model receives.
   *
   * @default 0..1: the byte u becomes u / 255
   */
  readonly range?: PixelRange;
  readonly count: number;
  readonly imageShape: ImageShape;
}

/** Images per forward pass: with 1,000 the widest activation of the default configuration takes 4 MB. */
const imagesPerBatch = 1000;

/**
 * The model's outputs, [count, classes], row-major. The model may take the pixels in any shape: [height, width],
 * [height · width], [height, width, 1], …. Tensors made here are disposed; the caller disposes the model. Yields to the
 * event loop between batches, so that a signal can arrive.
 *
 * @param classes - number of values per image in the model's output.
 * @throws TransientError Interrupted when `signal` is aborted between two batches.
 */
export async function predictAll(
  model: LayersModel,
  { pixels, range = '0..1', count, imageShape }: ImageBatchSource,
  classes: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const imageValues = valuesPerImage(imageShape);
  const probabilities = new Float32Array(count * classes);
  for (let first = 0; first < count; first += imagesPerBatch) {
    throwIfInterrupted(signal, first, count);
    const rows = Math.min(imagesPerBatch, count - first);
    const images = scalePixels(pixels.subarray(first * imageValues, (first + rows) * imageValues), range);
    probabilities.set(await predictBatch(model, images, rows, imageShape), first * classes);
  }
  return probabilities;
}

/**
 * The model's outputs in order, as `predictAll` gives them, for images that need not fit the memory.
 *
 * @throws TransientError Interrupted when `signal` is aborted between two batches; as the source does.
 */
export async function* predictInOrder(
  model: LayersModel,
  source: ImageSource,
  signal?: AbortSignal,
): AsyncGenerator<PredictedBatch> {
  let done = 0;
  for await (const batch of takeInOrder(source, imagesPerBatch)) {
    throwIfInterrupted(signal, done, source.count);
    const images = scalePixels(batch.pixels, '0..1');
    yield { ...batch, outputs: await predictBatch(model, images, batch.count, source.imageShape) };
    done += batch.count;
  }
}

async function predictBatch(
  model: LayersModel,
  images: Float32Array,
  count: number,
  imageShape: ImageShape,
): Promise<Float32Array> {
  const inputShape = fillShape(model.inputs[0]!.shape.slice(1), imageShape);
  const output = tidy(() => model.predict(tensor(images, [count, ...inputShape])) as Tensor);
  try {
    return await output.data<'float32'>();
  } finally {
    output.dispose();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function throwIfInterrupted(signal: AbortSignal | undefined, done: number, count: number): void {
  if (signal?.aborted !== true) return;
  throw new TransientError(
    'Interrupted',
    `The evaluation was stopped after ${done} of ${count} test images. Nothing was published; start it again to evaluate the same model.`,
    { evidence: { done, count } },
  );
}

/** Replaces open sizes of the input by those of the images. */
function fillShape(shape: readonly (number | null)[], imageShape: ImageShape): number[] {
  const sides: number[] = [...imageShape];
  return shape.map((size) => (size === null || size === sides[0] ? (sides.shift() ?? 1) : size));
}
