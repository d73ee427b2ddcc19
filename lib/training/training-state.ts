import type { Epoch } from '../contracts/results';
import type { LayerWeights, MlpLayers } from './mlp-layers';

/** Sums over images, so that means over batches of different sizes come out right. */
export interface BatchTotals {
  /** Cross-entropy in nats plus the regularization term, summed over images. */
  readonly loss: number;
  readonly correctCount: number;
}

export interface EpochTotals extends BatchTotals {
  /** Steps until the loss stopped being a finite number; all of them in a healthy epoch. */
  readonly finiteStepCount: number;
}

/** A trainable tensor with Adam's two moments, each row-major and of the same size. */
export interface ParameterValues {
  readonly value: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Everything that a training is between two steps: with it, it goes on as if nothing had happened. */
export interface TrainingState {
  /** Updates so far, over all epochs. */
  readonly step: number;
  /** Kernel, bias, kernel, … */
  readonly parameters: readonly ParameterValues[];
  /** Of the steps of the epoch that is under way. */
  readonly totals: EpochTotals;
  /** Spent on the epoch that is under way. */
  readonly epochSeconds: number;
  /** The epochs that are finished. */
  readonly history: readonly Epoch[];
  /** The weights after the epoch of the lowest validation loss; kept only where early stopping may want them. */
  readonly best: readonly LayerWeights[] | undefined;
}

export const noTotals: EpochTotals = { loss: 0, correctCount: 0, finiteStepCount: 0 };

export function startingState(weights: readonly LayerWeights[]): TrainingState {
  const untouched = (value: Float32Array): ParameterValues => ({
    value,
    firstMoment: new Float32Array(value.length),
    secondMoment: new Float32Array(value.length),
  });
  const parameters = weights.flatMap(({ kernel, bias }) => [untouched(kernel), untouched(bias)]);
  return { step: 0, parameters, totals: noTotals, epochSeconds: 0, history: [], best: undefined };
}

export function weightsOf(parameters: readonly ParameterValues[]): LayerWeights[] {
  return Array.from({ length: parameters.length / 2 }, (_, layer) => ({
    kernel: parameters[2 * layer]!.value,
    bias: parameters[2 * layer + 1]!.value,
  }));
}

/** Of each parameter, in the order of `TrainingState.parameters`. */
export function parameterShapes(stack: MlpLayers): (readonly number[])[] {
  return stack.flatMap(({ inputs, units }) => [[inputs, units], [units]]);
}
