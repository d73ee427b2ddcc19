import { scaleLinear } from 'd3-scale';
import type { Drawn, GivenDimension, SettingValue } from '../../contracts/sweep';
import {
  boundsOf,
  distinctValues,
  formatDrawn,
  isLogarithmic,
  positionsAmong,
} from '../../sweep/drawn-values';

/** Where the values of a setting are drawn, on an axis from 0 to 1. */
export interface SettingAxis {
  readonly name: string;
  /** The different values that trials have, from 0 to 1. */
  readonly stops: readonly { readonly position: number; readonly text: string }[];
  /** [trials]: the stop of each; -1 where the setting does not exist. */
  readonly stopOf: readonly number[];
  readonly ticks: readonly { readonly position: number; readonly text: string }[];
}

/** Axes of the settings in which trials differ, in the order of the space. */
export function settingAxes(
  space: Readonly<Record<string, GivenDimension>>,
  trials: readonly Drawn[],
): SettingAxis[] {
  return Object.entries(space).flatMap(([name, dimension]) => {
    const values = distinctValues(name, dimension, trials);
    const isIn = trials.filter((drawn) => drawn[name] !== undefined).length;
    // One value that all have is no difference; one that some have not is.
    if (values.length === 0 || (values.length === 1 && isIn === trials.length)) return [];
    return [{ name, stopOf: positionsAmong(values, name, trials), ...placesOf(dimension, values) }];
  });
}

function placesOf(
  dimension: GivenDimension,
  values: readonly SettingValue[],
): Pick<SettingAxis, 'stops' | 'ticks'> {
  const bounds = boundsOf(dimension);
  if (bounds === undefined || bounds[0] === bounds[1]) {
    const stops = values.map((value, index) => ({
      position: (index + 0.5) / values.length,
      text: formatDrawn(value),
    }));
    return { stops, ticks: stops };
  }
  const isLog = isLogarithmic(dimension);
  const [low, high] = isLog ? bounds.map(Math.log) : bounds;
  const positionOf = (value: number) => ((isLog ? Math.log(value) : value) - low!) / (high! - low!);
  const toPlace = (value: number) => ({ position: positionOf(value), text: formatDrawn(value) });
  return {
    stops: values.map((value) => toPlace(Number(value))),
    ticks: (isLog ? logTicks(bounds) : scaleLinear(bounds, [0, 1]).ticks(5)).map(toPlace),
  };
}

/** Powers of ten where there are two of them, else the bounds. */
function logTicks([low, high]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
  return powers.length >= 2 ? powers : [low, high];
}
