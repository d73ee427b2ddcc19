import type { CellDimension } from './cells';
import { cellsIn, isInBox, type Leaf } from './regression-tree';

/**
 * [dimensions]: the part that each setting explains by itself of the variance of the sum of the leaves over the whole
 * space. Settings are independent there, except for those that exist beside certain values of others only.
 *
 * @returns `undefined` if the sum is the same everywhere.
 */
export function varianceShares(
  dimensions: readonly CellDimension[],
  leaves: readonly Leaf[],
): number[] | undefined {
  const variance = wholeVariance(dimensions, leaves);
  return variance > 0
    ? dimensions.map((_, index) => Math.min(1, explainedBy(index, dimensions, leaves) / variance))
    : undefined;
}

/**
 * The variance of the marginal function of a setting, which is the mean over all others, where the setting exists; times
 * the part of the space where it does. It is exact: the means over boxes are products.
 */
function explainedBy(index: number, dimensions: readonly CellDimension[], leaves: readonly Leaf[]): number {
  const { weights } = dimensions[index]!;
  let existing = 1;
  const weightsThere = dimensions.map(({ weights }) => weights);
  for (const [other, cells] of neededCells(index, dimensions)) {
    const part = sum(dimensions[other]!.weights.filter((_, cell) => cells.has(cell)));
    existing *= part;
    weightsThere[other] = dimensions[other]!.weights.map((weight, cell) =>
      cells.has(cell) ? weight / part : 0,
    );
  }
  const marginal = new Float64Array(weights.length);
  for (const { box, value } of leaves) {
    let others = value;
    for (const { dimension, cells } of box)
      if (dimension !== index) others *= massOf(weightsThere[dimension]!, cells);
    const cells = cellsIn(box, index);
    for (const cell of weights.keys()) if (cells?.[cell] !== 0) marginal[cell]! += others;
  }
  const center = sum(weights.map((weight, cell) => weight * marginal[cell]!));
  return existing * sum(weights.map((weight, cell) => weight * (marginal[cell]! - center) ** 2));
}

/** The cells of other settings that a setting needs to exist, with those that these need. */
function neededCells(index: number, dimensions: readonly CellDimension[]): Map<number, ReadonlySet<number>> {
  const needed = new Map<number, ReadonlySet<number>>();
  const pending = [index];
  for (const next of pending) {
    for (const { dimension, cells } of dimensions[next]!.conditions) {
      if (needed.has(dimension)) continue;
      needed.set(dimension, cells);
      pending.push(dimension);
    }
  }
  return needed;
}

const massOf = (weights: readonly number[], cells: Uint8Array) =>
  weights.reduce((mass, weight, cell) => mass + weight * cells[cell]!, 0);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const pointCount = 1024;

/** By quasi-Monte Carlo, because the boxes of all trees overlap. */
function wholeVariance(dimensions: readonly CellDimension[], leaves: readonly Leaf[]): number {
  const steps = additiveSteps(dimensions.length);
  const ends = dimensions.map(({ weights }) => runningSum(weights));
  const values = Array.from({ length: pointCount }, (_, point) => {
    const cells = ends.map((each, index) => cellAt(each, (0.5 + steps[index]! * (point + 1)) % 1));
    const cellOf = (dimension: number) => cells[dimension]!;
    return leaves.reduce((total, { box, value }) => (isInBox(cellOf, box) ? total + value : total), 0);
  });
  const center = sum(values) / pointCount;
  return sum(values.map((value) => (value - center) ** 2)) / pointCount;
}

function runningSum(weights: readonly number[]): number[] {
  let total = 0;
  return weights.map((weight) => {
    total += weight;
    return total;
  });
}

/** The cell that holds a position of [0, 1), given where each cell ends. */
function cellAt(ends: readonly number[], position: number): number {
  let [first, last] = [0, ends.length - 1];
  while (first < last) {
    const middle = (first + last) >> 1;
    if (position < ends[middle]!) last = middle;
    else first = middle + 1;
  }
  return first;
}

/**
 * The steps of an additive recurrence that covers the unit cube evenly: powers of 1/φ, where φ is the root of
 * φ^(d + 1) = φ + 1. Roberts, The Unreasonable Effectiveness of Quasirandom Sequences, 2018.
 */
function additiveSteps(count: number): number[] {
  let root = 1.5;
  for (let round = 0; round < 50; round += 1) root = (1 + root) ** (1 / (count + 1));
  return Array.from({ length: count }, (_, index) => root ** -(index + 1));
}
