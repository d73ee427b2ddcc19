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
  if (isNative() && x.rank === 4) return differentiable(normalizeNatively(epsilon), x, gamma, beta);
  const hasKernel = getKernel(normalizeBatchKernel, getBackend()) !== undefined;
  return hasKernel
    ? differentiable(normalizeByKernel(epsilon), x, gamma, beta)
    : normalizeComposed(x, gamma, beta, epsilon);
}

function normalizeComposed(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): NormalizedBatch {
  const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const { mean, variance } = moments(x, axes);
  const scale = mul(rsqrt(add(variance, epsilon)), gamma);
  return { normalized: add(mul(sub(x, mean), scale), beta), mean, variance };
}

/** A forward pass and its gradient, as operations that TensorFlow.js does not know how to differentiate. */
interface Normalization {
  readonly forward: (
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
  ) => NormalizedBatch & {
    /** What the gradient needs besides x and gamma. */
    readonly reserved: readonly Tensor[];
  };
  /** The gradients by x, gamma and beta. */
  readonly backward: (gradient: Tensor, x: Tensor, gamma: Tensor, reserved: Tensor[]) => Tensor[];
}

function differentiable(
  { forward, backward }: Normalization,
  ...[x, gamma, beta]: [Tensor, Tensor, Tensor]
): NormalizedBatch {
  let statistics: Pick<NormalizedBatch, 'mean' | 'variance'> | undefined;
  const normalize = customGrad((...given) => {
    const [image, scale, shift] = given as [Tensor, Tensor, Tensor];
    const save = given.at(-1) as unknown as (tensors: Tensor[]) => void;
    const { normalized, mean, variance, reserved } = forward(image, scale, shift);
    statistics = { mean: keep(mean), variance: keep(variance) };
    save([image, scale, ...reserved]);
    const gradFunc = (gradient: Tensor | Tensor[], [savedX, savedGamma, ...others]: Tensor[]) =>
      backward(gradient as Tensor, savedX!, savedGamma!, others);
    return { value: normalized, gradFunc };
  });
  const normalized = normalize(x, gamma, beta);
  return { normalized, ...statistics! };
}

/** On WASM. */
function normalizeByKernel(epsilon: number): Normalization {
  const attributes = { epsilon } satisfies NormalizeBatchAttributes;
  const runKernel = (name: string, inputs: NamedTensorMap) =>
    engine().runKernel(name, inputs, attributes) as Tensor[];
  return {
    forward: (x, gamma, beta) => {
      const [normalized, mean, variance] = runKernel(normalizeBatchKernel, { x, gamma, beta }) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      return { normalized, mean, variance, reserved: [mean, variance] };
    },
    backward: (dy, x, gamma, [mean, variance]) =>
      runKernel(normalizeBatchGradKernel, { dy, x, gamma, mean: mean!, variance: variance! }),
  };
}

/** One operation forward and one backward, where TensorFlow.js has about twenty. */
function normalizeNatively(epsilon: number): Normalization {
  const { backend } = engine();
  const attributes = {
    T: { type: 'float32' },
    U: { type: 'float32' },
    epsilon: { float: epsilon },
    data_format: { text: 'NHWC' },
    is_training: { flag: true },
  } as const;
  return {
    forward: (x, gamma, beta) => {
      const none = tensor1d([]);
      const [normalized, mean, corrected, ...reserved] = runNative(
        backend,
        'FusedBatchNormV3',
        [x, gamma, beta, none, none],
        { ...attributes, exponential_avg_factor: { float: 1 } },
        6,
      );
      const count = x.size / x.shape.at(-1)!;
      const variance = mul(corrected!, (count - 1) / count);
      return { normalized: normalized!, mean: mean!, variance, reserved };
    },
    backward: (gradient, x, gamma, reserved) =>
      runNative(backend, 'FusedBatchNormGradV3', [gradient, x, gamma, ...reserved], attributes, 5).slice(
        0,
        3,
      ),
  };
}
