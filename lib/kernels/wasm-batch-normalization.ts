import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerWasmKernel } from './wasm-kernels';

/** Of x [..., channels], gamma and beta: the normalized x, and mean and variance of x, [channels]. */
export const normalizeBatchKernel = 'NormalizeBatch';
/** Of dy, x, gamma, mean and variance: the gradients by x, gamma and beta. */
export const normalizeBatchGradKernel = 'NormalizeBatchGrad';

export interface NormalizeBatchAttributes {
  readonly epsilon: number;
}

/**
 * Batch normalization in training as one operation forward and one backward, where TensorFlow.js has about twenty, some
 * of which transpose the images.
 */
export function installBatchNormalization(): void {
  registerWasmKernel(normalizeBatchKernel, ({ inputs, attrs, backend }) => {
    const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', TensorInfo>;
    const { epsilon } = attrs as unknown as NormalizeBatchAttributes;
    const outputs = [x, gamma, gamma].map(({ shape }) => backend.makeOutput(shape, 'float32'));
    const [values, scale, shift] = [x, gamma, beta].map((each) => backend.typedArrayFromHeap(each));
    const [normalized, mean, variance] = outputs.map((each) => backend.typedArrayFromHeap(each));
    mean!.set(meanOf(values!, mean!.length));
    variance!.set(varianceOf(values!, mean!));
    const factor = scale!.map((each, channel) => each / Math.sqrt(variance![channel]! + epsilon));
    for (let at = 0; at < values!.length; ) {
      for (let channel = 0; channel < factor.length; channel += 1, at += 1)
        normalized![at] = (values![at]! - mean![channel]!) * factor[channel]! + shift![channel]!;
    }
    return outputs;
  });
  registerWasmKernel(normalizeBatchGradKernel, ({ inputs, attrs, backend }) => {
    const { dy, x, gamma, mean, variance } = inputs as Record<string, TensorInfo>;
    const { epsilon } = attrs as unknown as NormalizeBatchAttributes;
    const outputs = [x!, gamma!, gamma!].map(({ shape }) => backend.makeOutput(shape, 'float32'));
    const [gradient, values, scale, means, variances] = [dy, x, gamma, mean, variance].map((each) =>
      backend.typedArrayFromHeap(each!),
    );
    const [byX, byGamma, byBeta] = outputs.map((each) => backend.typedArrayFromHeap(each));
    differentiate(
      { gradient: gradient!, values: values!, scale: scale!, means: means!, variances: variances!, epsilon },
      { byX: byX!, byGamma: byGamma!, byBeta: byBeta! },
    );
    return outputs;
  });
}

/** Of each channel, in float64. */
function meanOf(values: Float32Array, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (let at = 0; at < values.length; )
    for (let channel = 0; channel < channels; channel += 1, at += 1) sums[channel]! += values[at]!;
  return sums.map((sum) => (sum * channels) / values.length);
}

function varianceOf(values: Float32Array, mean: Float32Array): Float64Array {
  const sums = new Float64Array(mean.length);
  for (let at = 0; at < values.length; ) {
    for (let channel = 0; channel < sums.length; channel += 1, at += 1) {
      const deviation = values[at]! - mean[channel]!;
      sums[channel]! += deviation * deviation;
    }
  }
  return sums.map((sum) => (sum * sums.length) / values.length);
}

interface Differentiated {
  readonly gradient: Float32Array;
  readonly values: Float32Array;
  readonly scale: Float32Array;
  readonly means: Float32Array;
  readonly variances: Float32Array;
  readonly epsilon: number;
}

/** Mean and variance depend on x too: Ioffe and Szegedy, arXiv:1502.03167, section 3. */
function differentiate(
  { gradient, values, scale, means, variances, epsilon }: Differentiated,
  { byX, byGamma, byBeta }: Readonly<Record<'byX' | 'byGamma' | 'byBeta', Float32Array>>,
): void {
  const channels = scale.length;
  const inverse = Float64Array.from(variances, (variance) => 1 / Math.sqrt(variance + epsilon));
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels);
  for (let at = 0; at < values.length; ) {
    for (let channel = 0; channel < channels; channel += 1, at += 1) {
      sums[channel]! += gradient[at]!;
      products[channel]! += gradient[at]! * (values[at]! - means[channel]!);
    }
  }
  byBeta.set(sums);
  byGamma.set(products.map((product, channel) => product * inverse[channel]!));
  const count = values.length / channels;
  const slopes = products.map((product, channel) => (product / count) * inverse[channel]! ** 2);
  for (let at = 0; at < values.length; ) {
    for (let channel = 0; channel < channels; channel += 1, at += 1) {
      const centered =
        gradient[at]! - sums[channel]! / count - (values[at]! - means[channel]!) * slopes[channel]!;
      byX[at] = scale[channel]! * inverse[channel]! * centered;
    }
  }
}
