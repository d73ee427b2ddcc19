import type { CellDimension } from './cells';

/** The settings that are restricted; the others may be anything. */
export type Box = readonly {
  readonly dimension: number;
  /** [cells]: 1 for those in the box. */
  readonly cells: Uint8Array;
}[];

export const cellsIn = (box: Box, dimension: number) =>
  box.find((each) => each.dimension === dimension)?.cells;

/** A part of the space, and what the tree says there. */
export interface Leaf {
  readonly box: Box;
  readonly value: number;
}

/** Whether a point, given by its cell of each setting, is in the box. */
export function isInBox(cellOf: (dimension: number) => number, box: Box): boolean {
  for (const { dimension, cells } of box) if (cells[cellOf(dimension)] !== 1) return false;
  return true;
}

/** Three splits in a row: effects of up to three settings together. */
const maxDepth = 3;
const smallestLeaf = 2;
/** Smaller gains are rounding. */
const smallestGain = 1e-12;

/**
 * The leaves of a small regression tree that minimizes the squared error: Breiman, Friedman, Olshen and Stone,
 * Classification and Regression Trees, 1984. Categories are split in the order of their means, which finds the best of
 * all divisions (chapter 9.4 there).
 *
 * @param rows - the trials that it is grown from.
 */
export function growTree(
  dimensions: readonly CellDimension[],
  values: ArrayLike<number>,
  rows: readonly number[],
): Leaf[] {
  const grow = (rows: readonly number[], box: Box, depth: number): Leaf[] => {
    const split = depth === maxDepth ? undefined : bestSplit(dimensions, values, rows, box);
    if (split === undefined)
      return [{ box, value: rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length }];
    const { cellOf } = dimensions[split.dimension]!;
    return split.sides.flatMap((cells) =>
      grow(
        rows.filter((row) => cells[cellOf[row]!] === 1),
        [
          ...box.filter(({ dimension }) => dimension !== split.dimension),
          { dimension: split.dimension, cells },
        ],
        depth + 1,
      ),
    );
  };
  return grow(rows, [], 0);
}

interface Split {
  readonly dimension: number;
  /** [cells] of each side. */
  readonly sides: readonly [Uint8Array, Uint8Array];
}

function bestSplit(
  dimensions: readonly CellDimension[],
  values: ArrayLike<number>,
  rows: readonly number[],
  box: Box,
): Split | undefined {
  let best: Cut | undefined;
  let dimension = -1;
  for (const [index, each] of dimensions.entries()) {
    if (!existsIn(box, each)) continue;
    const cut = bestCut(each, values, rows);
    if (cut === undefined || cut.gain <= (best?.gain ?? smallestGain)) continue;
    best = cut;
    dimension = index;
  }
  return best && { dimension, sides: sidesOf(best, dimensions[dimension]!, cellsIn(box, dimension)) };
}

/** Whether all points of the box have the setting. */
const existsIn = (box: Box, { conditions }: CellDimension) =>
  conditions.every(({ dimension, cells }) =>
    cellsIn(box, dimension)?.every((has, cell) => has === 0 || cells.has(cell)),
  );

/** A division of cells that have trials into the first `count` of them and the others. */
interface Cut {
  readonly present: readonly number[];
  readonly count: number;
  readonly gain: number;
}

function bestCut(
  { weights, cellOf, isOrdered }: CellDimension,
  values: ArrayLike<number>,
  rows: readonly number[],
): Cut | undefined {
  const counts = new Float64Array(weights.length);
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (const row of rows) {
    const cell = cellOf[row]!;
    counts[cell]! += 1;
    sums[cell]! += values[row]!;
    total += values[row]!;
  }
  const present: number[] = [];
  for (let cell = 0; cell < counts.length; cell += 1) if (counts[cell]! > 0) present.push(cell);
  if (!isOrdered) present.sort((a, b) => sums[a]! / counts[a]! - sums[b]! / counts[b]! || a - b);
  let best: Cut | undefined;
  let [lower, sum] = [0, 0];
  for (let count = 1; count < present.length; count += 1) {
    const cell = present[count - 1]!;
    lower += counts[cell]!;
    sum += sums[cell]!;
    const upper = rows.length - lower;
    if (lower < smallestLeaf || upper < smallestLeaf) continue;
    const gain = sum ** 2 / lower + (total - sum) ** 2 / upper - total ** 2 / rows.length;
    if (gain > (best?.gain ?? smallestGain)) best = { present, count, gain };
  }
  return best;
}

/** Cells without a trial: those of numbers go to the nearer side, those of categories to the upper one. */
function sidesOf(
  { present, count }: Cut,
  { weights, isOrdered }: CellDimension,
  box: Uint8Array | undefined,
): Split['sides'] {
  const bound = (present[count - 1]! + present[count]!) / 2;
  const lower = new Set(present.slice(0, count));
  const sides = [new Uint8Array(weights.length), new Uint8Array(weights.length)] as const;
  for (let cell = 0; cell < weights.length; cell += 1) {
    if (box?.[cell] === 0) continue;
    const isLower = isOrdered ? cell < bound : lower.has(cell);
    sides[isLower ? 0 : 1][cell] = 1;
  }
  return sides;
}
