import type { Epoch } from '../contracts/results';
import type { LayerWeights, MlpLayers } from './mlp-layers';

/** Sums over images, so that means over batches of different sizes are correct. */
export interface BatchTotals {
  /** Cross-entropy in nats plus the regularization term, summed over images. */
  readonly loss: number;
  readonly correctCount: number;
}

export interface EpochTotals extends BatchTotals {
  /** Training steps before the first loss that is not finite; normally all of the epoch. */
  readonly finiteStepCount: number;
}

/** A trainable tensor with Adam's two moments, all row-major and of the same size. */
export interface ParameterValues {
  readonly value: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** The complete state of a training between two training steps; resuming from it changes no result. */
export interface TrainingState {
  /** Number of updates so far, over all epochs. */
  readonly step: number;
  /** Kernel, bias, kernel, … */
  readonly parameters: readonly ParameterValues[];
  /** Totals of the current epoch. */
  readonly totals: EpochTotals;
  /** Time spent on the current epoch. */
  readonly epochSeconds: number;
  /** The finished epochs. */
  readonly history: readonly Epoch[];
  /** The weights of the epoch with the lowest validation loss; only with early stopping. */
  readonly best: readonly LayerWeights[] | undefined;
}

export const zeroTotals: EpochTotals = { loss: 0, correctCount: 0, finiteStepCount: 0 };

export function toInitialState(weights: readonly LayerWeights[]): TrainingState {
  const withZeroMoments = (value: Float32Array): ParameterValues => ({
    value,
    firstMoment: new Float32Array(value.length),
    secondMoment: new Float32Array(value.length),
  });
  const parameters = toParameterValues(weights).map(withZeroMoments);
  return { step: 0, parameters, totals: zeroTotals, epochSeconds: 0, history: [], best: undefined };
}

/** The values of each parameter, in the order of `TrainingState.parameters`. */
export const toParameterValues = (weights: readonly LayerWeights[]): Float32Array[] =>
  weights.flatMap(({ kernel, bias }) => [kernel, bias]);

export function toLayerWeights(parameters: readonly ParameterValues[]): LayerWeights[] {
  return Array.from({ length: parameters.length / 2 }, (_, layer) => ({
    kernel: parameters[2 * layer]!.value,
    bias: parameters[2 * layer + 1]!.value,
  }));
}

/** The shape of each parameter, in the order of `TrainingState.parameters`. */
export function parameterShapes(layers: MlpLayers): (readonly number[])[] {
  return layers.flatMap(({ inputs, units }) => [[inputs, units], [units]]);
}
