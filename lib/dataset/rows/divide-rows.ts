import type { DatasetSettings } from '../../contracts/dataset-settings';
import { createXorShift } from '../../random/seeded-random';
import { allRows, shuffle } from '../../random/shuffle';
import type { LabelColumn } from '../../sources/source';
import { countLabels } from '../held-out-counts';
import { divideGroups } from './divide-groups';
import { drawRows } from './draw-rows';

/** Smaller datasets get a larger test part. */
const smallDataset = 10_000;

export type DivisionSettings = Pick<DatasetSettings, 'testFraction' | 'splitSeed'>;

/** The part of the images that becomes the test part, in (0, 0.5]. */
export function chooseTestFraction(rowCount: number, { testFraction }: DivisionSettings): number {
  if (testFraction > 0) return testFraction;
  return rowCount < smallDataset ? 0.2 : 0.1;
}

/**
 * Divides rows into train (0) and test (1), stratified by class: the fraction of each class, rounded, and at least one
 * image in each part where a class has two. The same rows and seed give the same division.
 *
 * @param classes - of every row.
 * @param groups - rows of the same group get into the same part, so that the fractions are met only nearly.
 */
export function divideRows(
  classes: Uint8Array,
  settings: DivisionSettings,
  groups?: Pick<LabelColumn, 'codes'>,
): Uint8Array {
  const fraction = chooseTestFraction(classes.length, settings);
  const wanted = countLabels(classes).map((count) =>
    Math.min(Math.max(Math.round(count * fraction), 1), count - 1),
  );
  const random = createXorShift(settings.splitSeed);
  const mix = (order: Int32Array) => shuffle(order, (bound) => random() % bound);
  return groups === undefined
    ? drawRows(classes, wanted, mix(allRows(classes.length)))
    : divideGroups(classes, groups.codes, wanted, mix);
}
