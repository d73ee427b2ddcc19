import {
  add,
  customGrad,
  engine,
  getBackend,
  getKernel,
  keep,
  moments,
  mul,
  type NamedTensorMap,
  rsqrt,
  sub,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { isNative, runNative } from './native-operation';
import {
  type NormalizeBatchAttributes,
  normalizeBatchGradKernel,
  normalizeBatchKernel,
} from './wasm-batch-normalization';

/** The caller disposes all three. */
export interface NormalizedBatch {
  readonly normalized: Tensor;
  /** [channels], of this batch; not differentiated. */
  readonly mean: Tensor;
  /** [channels], of this batch, without Bessel's correction. */
  readonly variance: Tensor;
}

/**
 * Batch normalization in training: (x - mean) / √(variance + epsilon) · gamma + beta with the statistics of the batch over
 * all axes but the last; Ioffe and Szegedy, arXiv:1502.03167.
 *
 * @param x - [batch, …, channels].
 * @param gamma - [channels], as beta.
 */
export function normalizeBatch(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): NormalizedBatch {
  if (isNative() && x.rank === 4) return normalizeNatively(x, gamma, beta, epsilon);
  const hasKernel = getKernel(normalizeBatchKernel, getBackend()) !== undefined;
  return hasKernel ? normalizeByKernel(x, gamma, beta, epsilon) : normalizeComposed(x, gamma, beta, epsilon);
}

/** On WASM. */
function normalizeByKernel(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): NormalizedBatch {
  const attributes = { epsilon } satisfies NormalizeBatchAttributes;
  const runKernel = (name: string, inputs: NamedTensorMap) =>
    engine().runKernel(name, inputs, attributes) as Tensor[];
  let statistics: Omit<NormalizedBatch, 'normalized'> | undefined;
  const normalize = customGrad((...given) => {
    const [image, scale, shift] = given as Tensor[];
    const save = given.at(-1) as unknown as (tensors: Tensor[]) => void;
    const [value, mean, variance] = runKernel(normalizeBatchKernel, {
      x: image!,
      gamma: scale!,
      beta: shift!,
    });
    statistics = { mean: keep(mean!), variance: keep(variance!) };
    save([image!, scale!, mean!, variance!]);
    const gradFunc = (gradient: Tensor | Tensor[], saved: Tensor[]) => {
      const [savedX, savedGamma, savedMean, savedVariance] = saved as [Tensor, Tensor, Tensor, Tensor];
      return runKernel(normalizeBatchGradKernel, {
        dy: gradient as Tensor,
        ...{ x: savedX, gamma: savedGamma, mean: savedMean, variance: savedVariance },
      });
    };
    return { value: value!, gradFunc };
  });
  const normalized = normalize(x, gamma, beta);
  return { normalized, ...statistics! };
}

function normalizeComposed(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): NormalizedBatch {
  const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const { mean, variance } = moments(x, axes);
  const scale = mul(rsqrt(add(variance, epsilon)), gamma);
  return { normalized: add(mul(sub(x, mean), scale), beta), mean, variance };
}

/** One operation forward and one backward, where TensorFlow.js has about twenty. */
function normalizeNatively(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): NormalizedBatch {
  const attributes = {
    T: { type: 'float32' },
    U: { type: 'float32' },
    epsilon: { float: epsilon },
    data_format: { text: 'NHWC' },
    is_training: { flag: true },
  } as const;
  let statistics: Omit<NormalizedBatch, 'normalized'> | undefined;
  const normalize = customGrad((...given) => {
    const [image, scale, shift] = given as Tensor[];
    const save = given.at(-1) as unknown as (tensors: Tensor[]) => void;
    const none = tensor1d([]);
    const [output, mean, corrected, ...reserved] = runNative(
      engine().backend,
      'FusedBatchNormV3',
      [image!, scale!, shift!, none, none],
      { ...attributes, exponential_avg_factor: { float: 1 } },
      6,
    );
    const count = x.size / x.shape.at(-1)!;
    statistics = { mean: keep(mean!), variance: keep(mul(corrected!, (count - 1) / count)) };
    save([image!, scale!, ...reserved]);
    const gradFunc = (gradient: Tensor | Tensor[], [saved, scaled, ...reserves]: Tensor[]) =>
      runNative(
        engine().backend,
        'FusedBatchNormGradV3',
        [gradient as Tensor, saved!, scaled!, ...reserves],
        attributes,
        5,
      ).slice(0, 3);
    return { value: output!, gradFunc };
  });
  const normalized = normalize(x, gamma, beta);
  return { normalized, ...statistics! };
}
