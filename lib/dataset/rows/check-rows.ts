import type { DatasetSettings } from '../../contracts/dataset-settings';
import { countLabelsOfSplit } from './count-labels';

/** All rows of a dataset. */
export interface CheckedRows {
  readonly classNames: readonly string[];
  /** Of every row. */
  readonly classes: Uint8Array;
  /** 0 for train, 1 for test. */
  readonly splits: Uint8Array;
}

export interface Findings {
  /** What makes the dataset unusable, each a sentence. */
  readonly problems: readonly string[];
  /** What is odd, each a sentence. */
  readonly remarks: readonly string[];
}

/** A class with this many times the images of another dominates the training. */
const extremeImbalance = 100;
const maxListed = 5;

/** Checks how the images are spread over classes and splits. */
export function checkRows({ classNames, classes, splits }: CheckedRows): Findings {
  const counts = [0, 1].map((split) => countLabelsOfSplit(classes, splits, split, classNames.length));
  const [train, test] = counts as [number[], number[]];
  const listed = (isListed: (label: number) => boolean) =>
    classNames.flatMap((name, label) => (isListed(label) ? [name] : []));
  const untrained = listed((label) => train[label] === 0 && test[label]! > 0);
  const untested = listed((label) => train[label]! > 0 && test[label] === 0);
  const unused = listed((label) => train[label] === 0 && test[label] === 0);
  const isEmpty = (split: readonly number[]) => split.every((count) => count === 0);
  return {
    problems: [
      ...(isEmpty(train) ? ['There are no training images.'] : []),
      ...(isEmpty(test) ? ['There are no test images. Give some, or a larger --test-fraction.'] : []),
      ...(untrained.length === 0 || isEmpty(train)
        ? []
        : [
            `The test part has images of ${nameClasses(untrained)} that the training part has no images of. Add some to the training part, or take these out of the test part.`,
          ]),
    ],
    remarks: [
      ...(untested.length === 0 || isEmpty(test)
        ? []
        : [`The test part has no images of ${nameClasses(untested)}: the accuracy says nothing about them.`]),
      ...(unused.length === 0 ? [] : [`There are no images of ${nameClasses(unused)}.`]),
      ...remarkOnImbalance(classNames, train),
    ],
  };
}

function remarkOnImbalance(classNames: readonly string[], train: readonly number[]): string[] {
  const used = train.filter((count) => count > 0);
  const [fewest, most] = [Math.min(...used), Math.max(...used)];
  if (used.length === 0 || most <= extremeImbalance * fewest) return [];
  const describe = (count: number) =>
    `${count.toLocaleString('en')} of the class ${classNames[train.indexOf(count)]}`;
  return [
    `The training images are very unequal: ${describe(most)}, and ${describe(fewest)}. A model can be accurate without ever predicting a rare class: look at the recall of each class.`,
  ];
}

function nameClasses(names: readonly string[]): string {
  const more = names.length > maxListed ? ` and ${names.length - maxListed} more` : '';
  return `the class${names.length === 1 ? '' : 'es'} ${names.slice(0, maxListed).join(', ')}${more}`;
}

/** Settings without effect on this source, each a sentence: nobody should believe that they were used. */
export function findIdleSettings(
  settings: DatasetSettings,
  source: { readonly kind: string; readonly isDivided: boolean },
): string[] {
  const { testFraction, splitSeed, groupBy, imagesColumn, labelsColumn, skipUnreadable } = settings;
  const division = 'it has a test part already, so there is nothing to divide; leave it out';
  const files = `only image files and rows of a table can be unreadable by themselves, and the source has the kind ${source.kind}; leave it out`;
  const columns = `a source of the kind ${source.kind} has no columns or arrays to choose from; leave it out`;
  const hasColumns = ['npz', 'csv', 'parquet'].includes(source.kind);
  const groups = `a source of the kind ${source.kind} has no folders or columns to group by; leave it out`;
  const hasGroups = ['images', 'csv', 'parquet'].includes(source.kind);
  const hasSingleImages = ['images', 'parquet', 'csv'].includes(source.kind);
  const idle: readonly (readonly [isIdle: boolean, flag: string, reason: string])[] = [
    [source.isDivided && testFraction > 0, '--test-fraction', division],
    [source.isDivided && splitSeed !== 1, '--split-seed', division],
    [source.isDivided && groupBy !== '', '--group-by', division],
    [!source.isDivided && !hasGroups && groupBy !== '', '--group-by', groups],
    [!hasColumns && imagesColumn !== '', '--images-column', columns],
    [!hasColumns && labelsColumn !== '', '--labels-column', columns],
    [!hasSingleImages && skipUnreadable > 0, '--skip-unreadable', files],
  ];
  return idle.flatMap(([isIdle, flag, reason]) =>
    isIdle ? [`${flag} has no effect on this dataset: ${reason}.`] : [],
  );
}
