import type { Drawn, GivenDimension, SettingValue } from '../contracts/sweep';
import { textOf } from './domain';

/** Four digits of a number, because a drawn one has more than can be read; whole numbers have all of theirs. */
export function formatDrawn(value: SettingValue): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(formatDrawn).join(', ');
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(4)))
    : String(value);
}

/** The different values that trials have of a setting: numbers ascend, others are in the order of the space. */
export function distinctValues(
  name: string,
  { values = [] }: GivenDimension,
  trials: readonly Drawn[],
): SettingValue[] {
  const distinct = new Map<string, SettingValue>();
  for (const { [name]: value } of trials) if (value !== undefined) distinct.set(textOf(value), value);
  const found = [...distinct.values()];
  if (found.every((value) => typeof value === 'number')) return found.sort((a, b) => a - b);
  const order = values.map(textOf);
  return found.sort((a, b) => order.indexOf(textOf(a)) - order.indexOf(textOf(b)));
}

/** For each of `trials`, the position of its value among `values`; -1 where it has none. */
export function positionsAmong(
  values: readonly SettingValue[],
  name: string,
  trials: readonly Drawn[],
): number[] {
  const texts = values.map(textOf);
  return trials.map(({ [name]: value }) => (value === undefined ? -1 : texts.indexOf(textOf(value))));
}

/** The lowest and the highest value of a range, whole or not; `undefined` for a list of values. */
export const boundsOf = ({ range, logRange, integers }: GivenDimension) => range ?? logRange ?? integers;

/** Whether the logarithm is what is drawn. */
export const isLogarithmic = ({ logRange, log }: GivenDimension) => logRange !== undefined || log === true;
