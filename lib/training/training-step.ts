import {
  add,
  argMax,
  cast,
  customGrad,
  div,
  equal,
  keep,
  less,
  maximum,
  mul,
  type NamedTensorMap,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { softmaxCrossEntropy } from '../kernels/cross-entropy';
import type { RandomMasks } from '../model/layers/dropout';

export interface BatchTensors {
  /** [batch, …] in the shape of the model's input, in [0, 1]. */
  readonly images: Tensor;
  /** int32, [batch]. */
  readonly labels: Tensor1D;
  /** The size of the batch. */
  readonly count: Scalar;
}

/** Sums over the images of a batch. */
export interface BatchScalars {
  readonly loss: Scalar;
  readonly correctCount: Scalar;
}

/** Sums over the training steps of an epoch. */
export interface EpochScalars extends BatchScalars {
  readonly finiteStepCount: Scalar;
}

export interface LossSettings {
  /** @default 0 in evaluation and training */
  readonly labelSmoothing: number;
}

export interface StepSettings extends LossSettings {
  /** Maximum norm of all gradients together; 0 for no limit. */
  readonly clipNorm: number;
}

/** Just below the largest float32: a value that is not below it is infinite or NaN. */
const largestFinite = 3.4e38;

/**
 * Forward and backward. Moving statistics of the model change, its trained weights do not. Everything returned must be
 * disposed, or be created within a `tidy`.
 *
 * @param model - returns logits, [batch, classes].
 * @returns the gradient of the mean loss for each of the model's trainable weights.
 */
export function differentiate(
  model: LayersModel,
  batch: BatchTensors,
  masks: RandomMasks,
  { labelSmoothing, clipNorm }: StepSettings,
): BatchScalars & { readonly gradients: readonly Tensor[] } {
  let totals: BatchScalars | undefined;
  const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
  const { value, grads } = variableGrads(() => {
    const logits = model.apply(batch.images, { training: true, masks }) as Tensor2D;
    const { mean, sum: total } = crossEntropyOf(logits, batch, labelSmoothing);
    const penalty = penaltyOf(model);
    totals = {
      loss: keep(addPenalty(total, penalty, batch)),
      correctCount: keep(countCorrect(logits, batch.labels)),
    };
    if (penalty === undefined) return mean;
    total.dispose();
    return add(mean, penalty);
  }, weights);
  value.dispose();
  const gradients = weights.map(({ name }) => (grads as NamedTensorMap)[name]!);
  return { ...totals!, gradients: clipNorm === 0 ? gradients : clipByGlobalNorm(gradients, clipNorm) };
}

/** As in inference, without dropout. */
export function evaluate(
  model: LayersModel,
  batch: BatchTensors,
  { labelSmoothing }: LossSettings,
): BatchScalars {
  const logits = model.apply(batch.images, { training: false }) as Tensor2D;
  const { losses } = softmaxCrossEntropy(logits, batch.labels, labelSmoothing);
  return {
    loss: addPenalty(sum(losses), penaltyOf(model), batch),
    correctCount: countCorrect(logits, batch.labels),
  };
}

/** After a loss that was not finite, no training step counts as finite. */
export function addStep(totals: EpochScalars, step: BatchScalars): EpochScalars {
  const loss = add<Scalar>(totals.loss, step.loss);
  return {
    loss,
    correctCount: add(totals.correctCount, step.correctCount),
    finiteStepCount: add(totals.finiteStepCount, cast(less(loss, scalar(largestFinite)), 'float32')),
  };
}

/** The mean over the batch, which can be differentiated, and the sum. */
function crossEntropyOf(logits: Tensor2D, { labels, count }: BatchTensors, smoothing: number) {
  let total: Scalar | undefined;
  const mean = customGrad((...given) => {
    const [x, save] = given as unknown as [Tensor2D, (tensors: Tensor[]) => void];
    const { losses, gradient } = softmaxCrossEntropy(x, labels, smoothing);
    total = keep(sum<Scalar>(losses));
    save([div(gradient, count)]);
    return {
      value: div(total, count),
      gradFunc: (upstream: Tensor | Tensor[], [byLogits]: Tensor[]) => mul(byLogits!, upstream as Tensor),
    };
  })(logits) as Scalar;
  return { mean, sum: total! };
}

/** The sum of the regularizers; `undefined` if the model has none. */
function penaltyOf(model: LayersModel): Scalar | undefined {
  const [first, ...others] = model.calculateLosses();
  return first === undefined ? undefined : others.reduce((total, each) => add(total, each), first);
}

/** Each image's loss contains the whole regularization term, so that the mean equals Keras' loss. */
function addPenalty(loss: Scalar, penalty: Scalar | undefined, { count }: BatchTensors): Scalar {
  return penalty === undefined ? loss : add(loss, mul(penalty, count));
}

/** Compared as floats: on a GPU, TensorFlow compares integers on the CPU, for which the GPU would wait. */
function countCorrect(logits: Tensor2D, labels: Tensor1D): Scalar {
  const predicted = cast(argMax(logits, 1), 'float32');
  return sum(cast(equal(predicted, cast(labels, 'float32')), 'float32'));
}

/** All gradients scaled by one factor, so that their common norm is at most `limit`; Pascanu et al., arXiv:1211.5063. */
function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, each) => add(total, each)));
  const factor = div(scalar(limit), maximum(norm, scalar(limit)));
  return gradients.map((gradient) => mul(gradient, factor));
}
