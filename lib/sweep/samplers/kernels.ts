import type { SettingValue } from '../../contracts/sweep';
import { axisOf, countValues, type Domain, textOf } from '../domain';
import { normalDensity, normalProbability, truncatedNormalQuantile } from '../normal-distribution';

/** A distribution of the values of one setting. */
export interface Kernel {
  /** @param unit - in [0, 1), evenly distributed. */
  readonly sample: (unit: number) => SettingValue;
  /** Of a value: its probability density, divided by that of an even distribution. The mean over all values is 1. */
  readonly density: (value: SettingValue) => number;
}

/** How far from an observed value the others are expected. */
export interface Bandwidth {
  /** Of numbers: the standard deviation as a part of their range. */
  readonly deviationFraction: number;
  /** Of a list: the weight of each of its values, where the observed one has 1 more. */
  readonly spread: number;
}

/** Around an observed value. */
export function kernelAround(domain: Domain, value: SettingValue, bandwidth: Bandwidth): Kernel {
  return domain.kind === 'choice'
    ? choiceKernel(domain.values, value, bandwidth.spread)
    : normalKernel(domain, axisOf(domain).toAxis(value as number), bandwidth.deviationFraction);
}

/** Of all values, for a setting about which nothing is known: of numbers those in the middle a little more. */
export function widestKernel(domain: Domain): Kernel {
  if (domain.kind === 'choice') return evenKernel(domain.values);
  const { low, high } = axisOf(domain);
  return normalKernel(domain, (low + high) / 2, 1);
}

function evenKernel(values: readonly SettingValue[]): Kernel {
  return { sample: (unit) => values[Math.floor(unit * values.length)]!, density: () => 1 };
}

function choiceKernel(values: readonly SettingValue[], observed: SettingValue, spread: number): Kernel {
  const text = textOf(observed);
  const total = 1 + spread * values.length;
  // Those of `unit` below it are the observed value, the rest is divided evenly.
  const own = 1 / total;
  const evenly = evenKernel(values);
  return {
    sample: (unit) => (unit < own ? observed : evenly.sample((unit - own) / (1 - own))),
    density: (value) => ((spread + (textOf(value) === text ? 1 : 0)) / total) * values.length,
  };
}

/** A normal distribution that is cut off at the bounds. */
function normalKernel(
  domain: Exclude<Domain, { kind: 'choice' }>,
  mean: number,
  deviationFraction: number,
): Kernel {
  const { low, high, toAxis, fromAxis } = axisOf(domain);
  const deviation = deviationFraction * (high - low);
  const standardize = (coordinate: number) => (coordinate - mean) / deviation;
  const [from, to] = [standardize(low), standardize(high)];
  const inside = normalProbability(from, to);
  return {
    sample: (unit) => fromAxis(mean + deviation * truncatedNormalQuantile(unit, from, to)),
    density: (value) => {
      const number = value as number;
      if (domain.kind === 'continuous')
        return normalDensity(standardize(toAxis(number))) / (deviationFraction * inside);
      const half = domain.step / 2;
      const probability = normalProbability(
        standardize(toAxis(number - half)),
        standardize(toAxis(number + half)),
      );
      return (probability / inside) * countValues(domain);
    },
  };
}
