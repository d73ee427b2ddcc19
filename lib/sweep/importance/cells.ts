import type { Drawn, GivenDimension, Sweep } from '../../contracts/sweep';
import { textOf } from '../domain';
import { boundsOf, distinctValues, isLogarithmic, positionsAmong } from '../drawn-values';

/**
 * The values of a setting that trials have, as cells that share its range. Trees split between cells, so a function of
 * cells is all that they can say.
 */
export interface CellDimension {
  readonly name: string;
  /** Whether a split keeps the order of the cells, as for numbers. */
  readonly isOrdered: boolean;
  /** [cells]: the part of the range, on the scale that is drawn from; they sum to 1. */
  readonly weights: readonly number[];
  /** [trials]: -1 where the setting does not exist. */
  readonly cellOf: readonly number[];
  /** The cells of other settings beside which this one exists. */
  readonly conditions: readonly { readonly dimension: number; readonly cells: ReadonlySet<number> }[];
}

/** The settings of the space in which the trials differ. */
export function cellDimensions(space: Sweep['space'], trials: readonly Drawn[]): CellDimension[] {
  const varied = Object.entries(space)
    .map(([name, dimension]) => ({ name, dimension, values: distinctValues(name, dimension, trials) }))
    .filter(({ values }) => values.length > 1);
  return varied.map(({ name, dimension, values }) => {
    return {
      name,
      isOrdered: values.every((value) => typeof value === 'number'),
      weights: weightsOf(dimension, values),
      cellOf: positionsAmong(values, name, trials),
      conditions: Object.entries(dimension.when ?? {}).flatMap(([other, allowed]) => {
        const index = varied.findIndex((each) => each.name === other);
        if (index < 0) return [];
        const wanted = new Set(allowed.map(textOf));
        const cells = varied[index]!.values.flatMap((value, cell) =>
          wanted.has(textOf(value)) ? [cell] : [],
        );
        return [{ dimension: index, cells: new Set(cells) }];
      }),
    };
  });
}

/** Values of a list have equal parts; in a range, a value's part ends halfway to the next value. */
function weightsOf(dimension: GivenDimension, values: readonly unknown[]): number[] {
  const bounds = boundsOf(dimension);
  if (bounds === undefined) return values.map(() => 1 / values.length);
  const place = (value: number) => (isLogarithmic(dimension) ? Math.log(value) : value);
  const [low, high] = [place(bounds[0]), place(bounds[1])];
  const places = values.map((value) => place(Number(value)));
  return places.map((each, cell) => {
    const from = cell === 0 ? low : (places[cell - 1]! + each) / 2;
    const to = cell === places.length - 1 ? high : (each + places[cell + 1]!) / 2;
    return (to - from) / (high - low);
  });
}
