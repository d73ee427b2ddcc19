import type { DatasetManifest } from '../contracts/dataset';
import type { DatasetSettings } from '../contracts/dataset-settings';

/** The width of the output layer for a prepared dataset. */
export function countClasses(
  { train, classNames }: Pick<DatasetManifest, 'train' | 'classNames'>,
  { classes }: Pick<DatasetSettings, 'classes'>,
): number {
  return classNames?.length ?? classes ?? train.labelCounts.length;
}
