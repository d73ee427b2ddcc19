import { runSettingsSchema } from '../../../lib/contracts/run-config';
import { checkRows, findIdleSettings } from '../../../lib/dataset/rows/check-rows';

/** Numbers of images of each class. */
function rowsOf(train: readonly number[], test: readonly number[]) {
  const counts = [train, test];
  const rows = counts.flatMap((split, index) =>
    split.flatMap((count, label) => Array.from({ length: count }, () => [label, index] as const)),
  );
  return {
    classNames: ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu'].slice(0, train.length),
    classes: Uint8Array.from(rows, ([label]) => label),
    splits: Uint8Array.from(rows, ([, split]) => split),
  };
}

test.each<[number[], number[], RegExp[], RegExp[]]>([
  [[5, 5], [1, 1], [], []],
  [
    [5, 0],
    [1, 1],
    [/^The test part has images of the class bee that the training part has no images of/],
    [],
  ],
  [[5, 5], [1, 0], [], [/^The test part has no images of the class bee: the accuracy says nothing/]],
  [[5, 5, 0], [1, 1, 0], [], [/^There are no images of the class cat\.$/]],
  [[0, 0], [1, 1], [/no training images/], []],
  [[1, 1], [0, 0], [/no test images\. .*--test-fraction/], []],
  [[100, 1], [1, 1], [], []],
  [[101, 1], [1, 1], [], [/101 of the class ant, and 1 of the class bee/]],
  [[1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0, 0], [], [/the classes bee, cat, dog, eel, fox and 1 more/]],
])('train %j, test %j', (train, test, problems, remarks) => {
  const found = checkRows(rowsOf(train, test));
  expect(found.problems).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  expect(found.remarks).toEqual(remarks.map((remark) => expect.stringMatching(remark)));
});

const defaults = runSettingsSchema.parse({});

test.each<[object, string, boolean, RegExp[]]>([
  [{}, 'idx', true, []],
  [{ testFraction: 0.1, splitSeed: 2, groupBy: 'folder' }, 'images', false, []],
  [{ testFraction: 0.1 }, 'idx', true, [/^--test-fraction has no effect .* test part already/]],
  [{ splitSeed: 2, groupBy: 'folder' }, 'images', true, [/^--split-seed/, /^--group-by/]],
  [{ imagesColumn: 'x', labelsColumn: 'y' }, 'idx', true, [/^--images-column/, /^--labels-column/]],
  [{ imagesColumn: 'x', labelsColumn: 'y' }, 'npz', true, []],
  [{ groupBy: 'writer' }, 'csv', false, []],
  [{ groupBy: 'writer' }, 'npz', false, [/^--group-by has no effect .* no folders or columns/]],
  [{ skipUnreadable: 1 }, 'npz', true, [/^--skip-unreadable/]],
  [{ skipUnreadable: 1 }, 'csv', true, []],
  [{ skipUnreadable: 1 }, 'parquet', true, []],
])('%j for %s, divided: %s', (given, kind, isDivided, problems) => {
  const found = findIdleSettings({ ...defaults, ...given }, { kind, isDivided });
  expect(found).toEqual(problems.map((problem) => expect.stringMatching(problem)));
});
