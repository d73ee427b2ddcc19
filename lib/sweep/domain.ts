import { shortenValue } from '../contracts/shorten';
import type { GivenDimension, SettingValue } from '../contracts/sweep';

/** The values that a setting is drawn from. */
export type Domain =
  | { readonly kind: 'choice'; readonly values: readonly SettingValue[] }
  /** Both ends included. `isLog`: the logarithm is drawn. */
  | { readonly kind: 'continuous'; readonly low: number; readonly high: number; readonly isLog: boolean }
  /** `low + index · step` for each index below `count`. */
  | {
      readonly kind: 'discrete';
      readonly low: number;
      readonly step: number;
      readonly count: number;
      readonly isLog: boolean;
    };

/** Equal for equal values, so that lists are compared by their content. */
export const textOf = (value: SettingValue) => JSON.stringify(value);

const kinds = ['values', 'range', 'logRange', 'integers'] as const;
const kindList = '"values", "range", "logRange" or "integers"';
/** More values than this are no steps. */
const maxCount = 1e9;

/** Why a dimension of a space file says nothing that can be drawn from; `undefined` if it does. */
export function findDomainProblem(given: GivenDimension): string | undefined {
  const { values, range, logRange, integers, step, log } = given;
  const present = kinds.filter((kind) => given[kind] !== undefined);
  if (present.length !== 1)
    return present.length === 0
      ? `it needs one of ${kindList}`
      : `it has ${present.map((kind) => `"${kind}"`).join(' and ')}, and only one of ${kindList} is possible`;
  if (log !== undefined && integers === undefined)
    return '"log" is for "integers" alone; real numbers have "logRange"';
  if (step !== undefined && range === undefined && integers === undefined)
    return '"step" is for "range" and "integers" alone';
  if (values !== undefined) {
    const texts = values.map(textOf);
    const seen = new Set<string>();
    const repeated = texts.find((text) => seen.size === seen.add(text).size);
    return repeated === undefined ? undefined : `${shortenValue(repeated)} is there twice`;
  }
  const [low, high] = (range ?? logRange ?? integers)!;
  const bounds = JSON.stringify([low, high]);
  if (low >= high)
    return `the range ${bounds} is ${low === high ? 'one value' : 'crossed'}; the first bound must be below the second`;
  if ((logRange !== undefined || log === true) && low <= 0)
    return `the range ${bounds} has no logarithm; its lowest value must be above 0`;
  if (integers !== undefined && !(Number.isInteger(low) && Number.isInteger(high)))
    return `the bounds ${bounds} of "integers" must be whole numbers`;
  return step === undefined ? undefined : findStepProblem(given, step, low, high);
}

function findStepProblem(
  { integers, log }: GivenDimension,
  step: number,
  low: number,
  high: number,
): string | undefined {
  if (log === true) return '"step" and "log" cannot be used together';
  if (integers !== undefined && !Number.isInteger(step)) return `the step ${step} must be a whole number`;
  if (step > high - low) return `the step ${step} is larger than the range from ${low} to ${high}`;
  return (high - low) / step < maxCount
    ? undefined
    : `the step ${step} divides the range into more than a billion values; take a larger one, or none`;
}

/** @param given - without a problem. */
export function domainOf({ values, range, logRange, integers, step, log }: GivenDimension): Domain {
  if (values !== undefined) return { kind: 'choice', values };
  const [low, high] = (range ?? logRange ?? integers)!;
  if (integers === undefined && step === undefined)
    return { kind: 'continuous', low, high, isLog: logRange !== undefined };
  const width = step ?? 1;
  // A quotient such as 0.3 / 0.1 is below 3 by a rounding error.
  const count = Math.floor((high - low) / width + 1e-9) + 1;
  return { kind: 'discrete', low, step: width, count, isLog: log === true };
}

/** How many values a domain has. */
export function countValues(domain: Domain): number {
  if (domain.kind === 'continuous') return Number.POSITIVE_INFINITY;
  return domain.kind === 'choice' ? domain.values.length : domain.count;
}

/** Value `index`, from 0. */
export function valueAt(domain: Exclude<Domain, { kind: 'continuous' }>, index: number): SettingValue {
  if (domain.kind === 'choice') return domain.values[index]!;
  // 0.1 · 3 is 0.30000000000000004 in binary.
  return Number((domain.low + index * domain.step).toPrecision(12));
}

/** A test of whether a value is in the domain. */
export function createMembershipTest(domain: Domain): (value: SettingValue) => boolean {
  if (domain.kind === 'choice') {
    const texts = new Set(domain.values.map(textOf));
    return (value) => texts.has(textOf(value));
  }
  if (domain.kind === 'continuous')
    return (value) => typeof value === 'number' && value >= domain.low && value <= domain.high;
  return (value) => {
    if (typeof value !== 'number') return false;
    const index = Math.round((value - domain.low) / domain.step);
    return index >= 0 && index < domain.count && valueAt(domain, index) === value;
  };
}

/** The first and the last value, of a choice the first and the last one listed. */
export function endsOf(domain: Domain): readonly [SettingValue, SettingValue] {
  if (domain.kind === 'continuous') return [domain.low, domain.high];
  return [valueAt(domain, 0), valueAt(domain, countValues(domain) - 1)];
}

/** The numbers of a domain as an interval on which they are drawn evenly: its logarithm, half a step wider than the values. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly toAxis: (value: number) => number;
  /** Of a coordinate from `low` to `high`: the nearest value. */
  readonly fromAxis: (coordinate: number) => number;
}

export function axisOf(domain: Exclude<Domain, { kind: 'choice' }>): Axis {
  const toAxis = domain.isLog ? Math.log : (value: number) => value;
  const toValue = domain.isLog ? Math.exp : (coordinate: number) => coordinate;
  if (domain.kind === 'continuous') {
    const { low, high } = domain;
    // Six digits are enough to tell settings apart, and short enough to be read and typed.
    const fromAxis = (coordinate: number) =>
      Math.min(high, Math.max(low, Number(toValue(coordinate).toPrecision(6))));
    return { low: toAxis(low), high: toAxis(high), toAxis, fromAxis };
  }
  const { low, step, count } = domain;
  return {
    low: toAxis(low - step / 2),
    high: toAxis(low + (count - 0.5) * step),
    toAxis,
    fromAxis: (coordinate) => {
      const index = Math.round((toValue(coordinate) - low) / step);
      return valueAt(domain, Math.min(count - 1, Math.max(0, index))) as number;
    },
  };
}

/** @param unit - in [0, 1), evenly distributed. */
export function drawFrom(domain: Domain, unit: number): SettingValue {
  if (domain.kind === 'choice') return valueAt(domain, Math.floor(unit * domain.values.length));
  const { low, high, fromAxis } = axisOf(domain);
  return fromAxis(low + unit * (high - low));
}
