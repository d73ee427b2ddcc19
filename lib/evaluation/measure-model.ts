import type { LayersModel } from '@tensorflow/tfjs-layers';
import { valuesPerImage } from '../contracts/image-shape';
import { type PixelRange, pixelRanges } from '../contracts/pixel-range';
import type { LabeledImages } from '../dataset/load-split';
import { computeMetrics, type MetricValues } from './metrics';
import { type ModelOutputs, meanCrossEntropyOfLogits, toProbabilities } from './model-outputs';
import { predictAll } from './predict-all';

export interface Measured {
  readonly metrics: MetricValues;
  /** A pixel range with much better results, which the model was probably trained on. */
  readonly betterRange: PixelRange | undefined;
}

/** Enough images to detect pixels of the wrong range. */
const sampleCount = 1_000;

/** Fraction of the loss of a guess; a model with the right pixels has a lower loss. */
const guessFraction = 0.8;

/**
 * Metrics over all images. Tensors made here are disposed; the model stays the caller's.
 *
 * @throws TransientError Interrupted when `signal` is aborted between two batches.
 */
export async function measureModel(
  model: LayersModel,
  outputs: ModelOutputs,
  images: LabeledImages,
  { range, signal }: { readonly range: PixelRange; readonly signal: AbortSignal },
): Promise<Measured> {
  const measure = async (of: LabeledImages, as: PixelRange) => {
    const values = await predictAll(model, { ...of, range: as }, outputs.width, signal);
    const probabilities = toProbabilities(values, outputs);
    const metrics = computeMetrics({ labels: of.labels, probabilities, classes: outputs.classes });
    if (outputs.kind !== 'logits') return metrics;
    return { ...metrics, loss: meanCrossEntropyOfLogits(of.labels, values, outputs) };
  };
  const sample = takeFirst(images, sampleCount);
  const asked = await measure(sample, range);
  const guessLoss = guessFraction * Math.log(outputs.classes);
  let better: { readonly range: PixelRange; readonly loss: number } | undefined;
  for (const other of pixelRanges) {
    if (other === range) continue;
    const { accuracy, loss } = await measure(sample, other);
    // A network gives similar answers at every scale: uncertain ones at a smaller scale, overconfident ones at a larger scale.
    const isMuchBetter = accuracy >= asked.accuracy && loss < asked.loss / 2 && asked.loss > guessLoss;
    if (isMuchBetter && loss < (better?.loss ?? Number.POSITIVE_INFINITY)) better = { range: other, loss };
  }
  return { metrics: await measure(images, range), betterRange: better?.range };
}

function takeFirst(images: LabeledImages, maxCount: number): LabeledImages {
  const count = Math.min(images.count, maxCount);
  return {
    ...images,
    count,
    pixels: images.pixels.subarray(0, count * valuesPerImage(images.imageShape)),
    labels: images.labels.subarray(0, count),
  };
}
