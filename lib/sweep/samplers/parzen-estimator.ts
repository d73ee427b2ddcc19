import type { SettingValue } from '../../contracts/sweep';
import { axisOf, type Domain, textOf } from '../domain';
import { normalDensity, normalProbability, truncatedNormalQuantile } from '../normal-distribution';

/** A distribution of the values of one setting that was estimated from observed values. */
export interface ParzenEstimator {
  /** @param choose, place - in [0, 1), evenly distributed. */
  readonly sample: (choose: number, place: number) => SettingValue;
  /** ln of the probability of a value, or of its density up to a constant. */
  readonly logProbability: (value: SettingValue) => number;
}

const priorWeight = 1;
/** As many of the newest observations have their whole weight. */
const fullWeightCount = 25;

/** @param observed - the oldest first. */
export function estimateDistribution(domain: Domain, observed: readonly SettingValue[]): ParzenEstimator {
  return domain.kind === 'choice'
    ? estimateChoice(domain.values, observed)
    : estimateNumbers(domain, observed as readonly number[]);
}

/** Of each observation and, last, of the prior; their sum is 1. Old observations count less, from 1 / count on. */
function mixtureWeights(count: number): number[] {
  const rampLength = Math.max(0, count - fullWeightCount);
  const weights = Array.from({ length: count }, (_, index) =>
    index >= rampLength
      ? 1
      : 1 / count + (rampLength === 1 ? 0 : ((1 - 1 / count) * index) / (rampLength - 1)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, priorWeight);
  return [...weights, priorWeight].map((weight) => weight / total);
}

/** Index of the part of a distribution that `unit` falls into. */
function pick(probabilities: readonly number[], unit: number): number {
  let left = unit;
  for (const [index, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return index;
  }
  return probabilities.length - 1;
}

/** Each observation adds to the probability of its value, and a little, as the prior does, to that of all. */
function estimateChoice(values: readonly SettingValue[], observed: readonly SettingValue[]): ParzenEstimator {
  const indexes = new Map(values.map((value, index) => [textOf(value), index]));
  const weights = mixtureWeights(observed.length);
  const spread = priorWeight / weights.length;
  // A kernel has `spread` for every value, and 1 more for the one observed.
  const kernelTotal = 1 + spread * values.length;
  const observedWeight = weights.reduce((sum, weight) => sum + weight, 0) - weights.at(-1)!;
  const base = (observedWeight * spread) / kernelTotal + weights.at(-1)! / values.length;
  const probabilities = values.map(() => base);
  for (const [position, value] of observed.entries())
    probabilities[indexes.get(textOf(value))!]! += weights[position]! / kernelTotal;
  return {
    sample: (choose) => values[pick(probabilities, choose)]!,
    logProbability: (value) => Math.log(probabilities[indexes.get(textOf(value))!]!),
  };
}

/** A normal distribution around each observation, cut off at the bounds, and a wide one in the middle as the prior. */
function estimateNumbers(
  domain: Exclude<Domain, { kind: 'choice' }>,
  observed: readonly number[],
): ParzenEstimator {
  const { low, high, toAxis, fromAxis } = axisOf(domain);
  const means = [...observed.map(toAxis), (low + high) / 2];
  const deviations = kernelDeviations(means, low, high);
  const weights = mixtureWeights(observed.length);
  const kernels = means.map((mean, index) => {
    const deviation = deviations[index]!;
    const [from, to] = [(low - mean) / deviation, (high - mean) / deviation];
    const scale = weights[index]! / normalProbability(from, to);
    return { mean, deviation, from, to, scale };
  });
  return {
    sample: (choose, place) => {
      const { mean, deviation, from, to } = kernels[pick(weights, choose)]!;
      return fromAxis(mean + deviation * truncatedNormalQuantile(place, from, to));
    },
    // The wide distribution of the prior keeps the sum from underflow.
    logProbability: (value) => {
      const number = value as number;
      if (domain.kind === 'continuous') {
        const place = toAxis(number);
        return Math.log(
          sum(
            kernels,
            ({ mean, deviation, scale }) => (scale * normalDensity((place - mean) / deviation)) / deviation,
          ),
        );
      }
      const [from, to] = [toAxis(number - domain.step / 2), toAxis(number + domain.step / 2)];
      return Math.log(
        sum(
          kernels,
          ({ mean, deviation, scale }) =>
            scale * normalProbability((from - mean) / deviation, (to - mean) / deviation),
        ),
      );
    },
  };
}

function sum<Item>(items: readonly Item[], termOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + termOf(item), 0);
}

/**
 * The larger of the distances to both neighbors, between limits that depend on the number of observations; of the first
 * and the last that to their one neighbor. The prior, last of `means`, spans the interval.
 */
function kernelDeviations(means: readonly number[], low: number, high: number): number[] {
  const order = [...means.keys()].sort((one, other) => means[one]! - means[other]!);
  const smallest = (high - low) / Math.min(100, 1 + means.length);
  const deviations = new Array<number>(means.length).fill(high - low);
  for (const [rank, index] of order.entries()) {
    if (index === means.length - 1) continue;
    const distances = [order[rank - 1], order[rank + 1]]
      .filter((neighbor) => neighbor !== undefined)
      .map((neighbor) => Math.abs(means[neighbor]! - means[index]!));
    deviations[index] = Math.min(high - low, Math.max(smallest, ...distances));
  }
  return deviations;
}
