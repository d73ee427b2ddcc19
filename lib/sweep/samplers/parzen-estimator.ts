import type { Drawn } from '../../contracts/sweep';
import { type Dimension, drawActive } from '../dimensions';
import { type Kernel, kernelAround, widestKernel } from './kernels';

/** A distribution of the settings of a trial that was estimated from observed trials. */
export interface ParzenEstimator {
  /** @param choose, placeOf - give numbers in [0, 1), evenly distributed: one, and one for each setting. */
  readonly sample: (choose: number, placeOf: (name: string) => number) => Drawn;
  /** ln of the probability density of settings, divided by that of even draws. */
  readonly logDensity: (drawn: Drawn) => number;
}

/** In observed trials. */
const priorWeight = 1;
/** As many of the newest observations have their whole weight. */
const fullWeightCount = 25;

/** One part of the distribution: the neighborhood of an observed trial in all its settings, or the prior. */
interface Component {
  readonly weight: number;
  readonly kernelOf: (name: string) => Kernel;
}

/**
 * A joint estimate: a mixture with a component for each observed trial, in which a kernel of each of its settings is
 * multiplied, and of the prior. So it knows which values were good together. A component has the prior of a setting that
 * its trial lacks, and settings that a drawn trial lacks are left out of the product: what is estimated of the others is
 * shared by trials with and without them.
 *
 * @param observed - the oldest first.
 */
export function estimateDistribution(
  dimensions: readonly Dimension[],
  observed: readonly Drawn[],
): ParzenEstimator {
  const components = makeComponents(dimensions, observed);
  // Sums of another order differ in the last digit, and the order in the file is to change nothing.
  const names = dimensions.map(({ name }) => name).sort();
  return {
    sample: (choose, placeOf) => {
      const { kernelOf } = pick(components, choose);
      return drawActive(dimensions, ({ name }) => kernelOf(name).sample(placeOf(name)));
    },
    logDensity: (drawn) => {
      const present = names.filter((name) => drawn[name] !== undefined);
      // The prior keeps the sum from underflow.
      return Math.log(
        components.reduce(
          (sum, { weight, kernelOf }) =>
            sum + present.reduce((product, name) => product * kernelOf(name).density(drawn[name]!), weight),
          0,
        ),
      );
    },
  };
}

function makeComponents(dimensions: readonly Dimension[], observed: readonly Drawn[]): Component[] {
  const weights = mixtureWeights(observed.length);
  const widest = new Map(dimensions.map(({ name, domain }) => [name, widestKernel(domain)]));
  const countWith = new Map(
    dimensions.map(({ name }) => [name, observed.filter((drawn) => drawn[name] !== undefined).length]),
  );
  const spread = priorWeight / weights.length;
  const ofTrials = observed.map((drawn, index): Component => {
    const settingCount = Object.keys(drawn).length;
    const kernels = new Map(
      dimensions.flatMap(({ name, domain }) => {
        const value = drawn[name];
        if (value === undefined) return [];
        const deviationFraction = kernelDeviation(countWith.get(name)!, settingCount);
        return [[name, kernelAround(domain, value, { deviationFraction, spread })]];
      }),
    );
    return { weight: weights[index]!, kernelOf: (name) => kernels.get(name) ?? widest.get(name)! };
  });
  return [...ofTrials, { weight: weights.at(-1)!, kernelOf: (name) => widest.get(name)! }];
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

/** The component of a mixture that `unit` falls into. */
function pick(components: readonly Component[], unit: number): Component {
  let left = unit;
  for (const component of components) {
    left -= component.weight;
    if (left < 0) return component;
  }
  return components.at(-1)!;
}

/**
 * As a part of the range: Scott's rule for a range instead of a standard deviation, and not below a limit; S. Watanabe,
 * Tree-structured Parzen estimator: understanding its algorithm components, arXiv:2304.11127. The factor is between 0.05,
 * the best of four on six functions after 60 trials, and 0.1, the best on four of them after 24 noisy ones.
 */
function kernelDeviation(count: number, settingCount: number): number {
  return Math.max(0.07 * count ** (-1 / (settingCount + 4)), 0.03);
}
