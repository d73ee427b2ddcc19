import type { Drawn, GivenDimension, SettingValue } from '../contracts/sweep';

/** Equal values have an equal key, lists too. */
export const valueKey = (value: SettingValue | undefined) => JSON.stringify(value);

/** The different values that trials have of a setting: numbers ascend, others are in the order of the space. */
export function distinctValues(
  name: string,
  { values = [] }: GivenDimension,
  trials: readonly Drawn[],
): SettingValue[] {
  const distinct = new Map<string, SettingValue>();
  for (const { [name]: value } of trials) if (value !== undefined) distinct.set(valueKey(value), value);
  const found = [...distinct.values()];
  if (found.every((value) => typeof value === 'number')) return found.sort((a, b) => a - b);
  const order = values.map(valueKey);
  return found.sort((a, b) => order.indexOf(valueKey(a)) - order.indexOf(valueKey(b)));
}

/** The lowest and the highest value of a range, whole or not; `undefined` for a list of values. */
export const boundsOf = ({ range, logRange, integers }: GivenDimension) => range ?? logRange ?? integers;

/** Whether the logarithm is what is drawn. */
export const isLogarithmic = ({ logRange, log }: GivenDimension) => logRange !== undefined || log === true;
