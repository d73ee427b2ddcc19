import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Epoch } from '../contracts/results';
import type { NetworkWeight } from '../model/network-weights';
import { createOptimizer, type OptimizerSettings } from './optimizers/create-optimizer';

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

/** The tensors of a weight in training, by name, all row-major and of the weight's size. */
export type WeightState = Readonly<Record<string, Float32Array>>;

/** The complete state of a training between two training steps; resuming from it changes no result. */
export interface TrainingState {
  /** Number of updates so far, over all epochs. */
  readonly step: number;
  /** In the order of the model's weights; with the tensors that `StateLayout` names. */
  readonly weights: readonly WeightState[];
  /** Totals of the current epoch. */
  readonly totals: EpochTotals;
  /** Time spent on the current epoch. */
  readonly epochSeconds: number;
  /** The finished epochs. */
  readonly history: readonly Epoch[];
  /** The weights of the epoch with the lowest validation loss; only with early stopping. */
  readonly best: readonly Float32Array[] | undefined;
  /** Images that are shuffled together: the order of the current epoch depends on it. @default all of them */
  readonly windowRows?: number | undefined;
}

export const zeroTotals: EpochTotals = { loss: 0, correctCount: 0, finiteStepCount: 0 };

interface WeightLayout {
  readonly shape: readonly number[];
  /** `value`; for a trained weight the optimizer's slots; `average` if weights are averaged. */
  readonly tensors: readonly string[];
}

/** The tensors of a training, in the order of the model's weights: trained ones first, then moving statistics. */
export type StateLayout = readonly WeightLayout[];

export function layOutState(
  weights: readonly NetworkWeight[],
  { emaDecay, ...settings }: OptimizerSettings & { readonly emaDecay: number },
): StateLayout {
  const { slots } = createOptimizer(settings);
  return weights.map(({ shape, isTrained }) => ({
    shape,
    tensors: ['value', ...(isTrained ? slots : []), ...(emaDecay > 0 ? ['average'] : [])],
  }));
}

/** In the order of the model's weights. */
export function weightsOf(model: LayersModel): NetworkWeight[] {
  const trainedCount = model.trainableWeights.length;
  return model.weights.map(({ shape }, index) => ({
    shape: shape as number[],
    isTrained: index < trainedCount,
  }));
}

/** Before the first training step: slots are 0, and averages start at the weights. */
export function toInitialState(layout: StateLayout, values: readonly Float32Array[]): TrainingState {
  const weights = layout.map(({ tensors }, index): WeightState => {
    const value = values[index]!;
    return Object.fromEntries(
      tensors.map((name) => [
        name,
        name === 'value' || name === 'average' ? value : new Float32Array(value.length),
      ]),
    );
  });
  return { step: 0, weights, totals: zeroTotals, epochSeconds: 0, history: [], best: undefined };
}

/** The weights that a training ends with: their averages if there are any. */
export function resultingWeights(weights: readonly WeightState[]): Float32Array[] {
  return weights.map(({ value, average }) => average ?? value!);
}

/**
 * How far an average moves to its weight in a training step, counted from 1: the average is the mean over all training
 * steps at first, and exponential with the given decay as soon as that has a shorter memory. Keras' `use_ema` is
 * exponential from the second step on, where the first weights count for much of a short training.
 */
export function averageRate(step: number, emaDecay: number): number {
  return Math.max(1 - emaDecay, 1 / step);
}
