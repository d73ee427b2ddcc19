import type { CellDimension } from './cells';
import { growTree, isInBox, type Leaf } from './regression-tree';

export interface BoostedTrees {
  /** Of all trees. What they say somewhere is the sum of the leaves there, beside a constant. */
  readonly leaves: readonly Leaf[];
  /** R² on trials that were left out; 0 if no tree predicts them better than the mean of the others. */
  readonly fit: number;
}

const maxTrees = 100;
/** The part of a tree that is added: smaller ones need more trees. */
const shrinkage = 0.1;
const foldCount = 5;

/**
 * Gradient boosting for the squared error: Friedman, Greedy Function Approximation, Annals of Statistics 29 (2001). As
 * many trees as predict left out trials best. No random numbers.
 */
export function boostTrees(dimensions: readonly CellDimension[], values: readonly number[]): BoostedTrees {
  const rows = [...values.keys()];
  const errors = new Float64Array(maxTrees + 1);
  for (let fold = 0; fold < foldCount; fold += 1) {
    const [kept, leftOut] = [false, true].map((isLeft) =>
      rows.filter((row) => (row % foldCount === fold) === isLeft),
    );
    const predictions = new Float64Array(values.length).fill(meanOf(values, kept!));
    const addErrors = (count: number) => {
      for (const row of leftOut!) errors[count]! += (values[row]! - predictions[row]!) ** 2;
    };
    addErrors(0);
    for (const [tree, leaves] of boost(dimensions, values, kept!, maxTrees).entries()) {
      addLeaves(predictions, leaves, dimensions, leftOut!);
      addErrors(tree + 1);
    }
  }
  const count = errors.indexOf(Math.min(...errors));
  return {
    leaves: boost(dimensions, values, rows, count).flat(),
    fit: errors[0] === 0 ? 0 : 1 - errors[count]! / errors[0]!,
  };
}

/** [trees][leaves], each tree grown from what the ones before it leave unexplained. */
function boost(
  dimensions: readonly CellDimension[],
  values: readonly number[],
  rows: readonly number[],
  count: number,
): Leaf[][] {
  const predictions = new Float64Array(values.length).fill(meanOf(values, rows));
  return Array.from({ length: count }, () => {
    const residuals = predictions.map((prediction, row) => values[row]! - prediction);
    const leaves = growTree(dimensions, residuals, rows).map(({ box, value }) => ({
      box,
      value: shrinkage * value,
    }));
    addLeaves(predictions, leaves, dimensions, rows);
    return leaves;
  });
}

function addLeaves(
  predictions: Float64Array,
  leaves: readonly Leaf[],
  dimensions: readonly CellDimension[],
  rows: readonly number[],
): void {
  for (const row of rows) {
    const leaf = leaves.find(({ box }) => isInBox((dimension) => dimensions[dimension]!.cellOf[row]!, box));
    predictions[row]! += leaf!.value;
  }
}

const meanOf = (values: readonly number[], rows: readonly number[]) =>
  rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
