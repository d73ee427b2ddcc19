import type { GivenDimension } from '../../contracts/sweep';
import { formatDrawn } from '../../sweep/drawn-values';

/** What a setting is drawn from, such as `0.0001 to 0.01 by logarithm, where optimizer is sgd`. */
export function describeDimension({
  values,
  range,
  logRange,
  integers,
  step,
  log,
  when,
}: GivenDimension): string {
  const [low, high] = range ?? logRange ?? integers ?? [];
  const drawn =
    low === undefined || high === undefined
      ? (values ?? []).map(formatDrawn).join(' · ')
      : [
          `${low} to ${high}`,
          ...(integers === undefined ? [] : ['whole numbers']),
          ...(step === undefined ? [] : [`in steps of ${step}`]),
          ...(logRange === undefined && log !== true ? [] : ['by logarithm']),
        ].join(', ');
  const conditions = Object.entries(when ?? {}).map(
    ([name, allowed]) => `${name} is ${allowed.map(formatDrawn).join(' or ')}`,
  );
  return conditions.length === 0 ? drawn : `${drawn}; where ${conditions.join(' and ')}`;
}
