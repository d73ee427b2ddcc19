import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type PixelRange, pixelRanges } from '../contracts/pixel-range';
import type { LabeledImages } from '../dataset/load-split';
import { computeMetrics, type MetricValues } from './metrics';
import { type ModelOutputs, meanCrossEntropyOfLogits, toProbabilities } from './model-outputs';
import { predictAll } from './predict-all';

export interface Measured {
  readonly metrics: MetricValues;
  /** Pixels that the model answers much better for, which it was made for then. */
  readonly betterRange: PixelRange | undefined;
}

/** Enough to tell a model from one that is given other pixels than it was trained on. */
const sampleCount = 1_000;

/** Of the loss of a guess: a model that is merely not sure of itself does better than that. */
const lostFraction = 0.8;

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
  const lostLoss = lostFraction * Math.log(outputs.classes);
  let better: { readonly range: PixelRange; readonly loss: number } | undefined;
  for (const other of pixelRanges) {
    if (other === range) continue;
    const { accuracy, loss } = await measure(sample, other);
    // A network answers much alike at every scale: it hardly knows at a smaller one, and errs surely at a larger one.
    const isMuchBetter = accuracy >= asked.accuracy && loss < asked.loss / 2 && asked.loss > lostLoss;
    if (isMuchBetter && loss < (better?.loss ?? Number.POSITIVE_INFINITY)) better = { range: other, loss };
  }
  return { metrics: await measure(images, range), betterRange: better?.range };
}

function takeFirst(images: LabeledImages, maxCount: number): LabeledImages {
  const count = Math.min(images.count, maxCount);
  const [height, width] = images.imageShape;
  return {
    ...images,
    count,
    pixels: images.pixels.subarray(0, count * height * width),
    labels: images.labels.subarray(0, count),
  };
}
