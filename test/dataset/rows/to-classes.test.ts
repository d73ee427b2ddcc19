import fc from 'fast-check';
import { toClasses } from '../../../lib/dataset/rows/to-classes';
import type { LabelColumn } from '../../../lib/sources/source';

type Value = number | string;

function columnOf(labels: readonly Value[]): LabelColumn {
  const values = [...new Set(labels)];
  return {
    values,
    codes: Int32Array.from(labels, (label) => values.findIndex((value) => Object.is(value, label))),
  };
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test.each<[string, Value[], object, string[], number[]]>([
  ['numbers from 0', [1, 0, 2, 1], {}, ['0', '1', '2'], [1, 0, 2, 1]],
  ['numbers with gaps and signs', [10, -2, 7], {}, ['-2', '7', '10'], [2, 0, 1]],
  ['numbers as text', ['10', '9', '0'], {}, ['0', '9', '10'], [2, 1, 0]],
  ['numbers, some of them as text', [1, '1', '2'], {}, ['1', '2'], [0, 0, 1]],
  ['text', ['dog', 'cat', 'Zebra'], {}, ['Zebra', 'cat', 'dog'], [2, 1, 0]],
  ['text by code points', ['\uffee', '\u{1f600}', 'é'], {}, ['é', '\uffee', '\u{1f600}'], [1, 2, 0]],
  ['both Unicode forms of one name', ['e\u0301', '\u00e9', 'a'], {}, ['a', '\u00e9'], [1, 1, 0]],
  ['numbers before text', ['x', 5], {}, ['5', 'x'], [1, 0]],
  ['kept with classes', [0, 2], { classes: 4 }, ['0', '1', '2', '3'], [0, 2]],
  ['numbers from 1 with as many classes', [1, 2, 3], { classes: 3 }, ['1', '2', '3'], [0, 1, 2]],
  ['text with as many classes', ['b', 'a'], { classes: 2 }, ['a', 'b'], [1, 0]],
  ['names for numbers from 0', [0, 2], { classNames: ['a', 'b', 'c'] }, ['a', 'b', 'c'], [0, 2]],
  ['names for numbers from 1', [1, 2], { classNames: ['a', 'b'] }, ['a', 'b'], [0, 1]],
  ['names that are the labels, in another order', ['a', 'b'], { classNames: ['b', 'a'] }, ['b', 'a'], [1, 0]],
  ['names beside text', ['n01', 'n02'], { classNames: ['fish', 'bird'] }, ['fish', 'bird'], [0, 1]],
  ['names for some of the classes', [0, 1], { classNames: ['a', 'b'], classes: 3 }, ['a', 'b', '2'], [0, 1]],
])('%s', (_, labels, given, classNames, classes) => {
  const found = toClasses([columnOf(labels)], given);
  expect(found.problems).toEqual([]);
  expect(found.classNames).toEqual(classNames);
  expect([...found.columns[0]!]).toEqual(classes);
});

test("EMNIST's letters, 1 to 26, become 0 to 25", () => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const column = columnOf(numbers(1, 26));
  expect(toClasses([column], {}).classNames).toEqual(numbers(1, 26).map(String));
  const named = toClasses([column], { classNames: letters });
  expect(named.classNames).toEqual(letters);
  expect([...named.columns[0]!]).toEqual(numbers(0, 25));
});

test('all sections are numbered together; values that no row has are no classes', () => {
  const train = { values: ['cat', 'unused', 'dog'], codes: Int32Array.of(0, 2) };
  const { classNames, columns } = toClasses([train, columnOf(['ant', 'dog'])], {});
  expect(classNames).toEqual(['ant', 'cat', 'dog']);
  expect(columns.map((column) => [...column])).toEqual([
    [1, 2],
    [0, 2],
  ]);
});

test.each<[string, Value[], object, RegExp]>([
  ['one class', ['cat', 'cat'], {}, /^All images have the label "cat", and a classifier needs at least two/],
  [
    '257 classes',
    numbers(0, 256),
    {},
    /^The labels have 257 different values, such as 0, 1, 2, and at most 256 .* --labels-column/,
  ],
  ['a fraction', [0, 1.5], {}, /^The label 1\.5 is not a whole number/],
  ['NaN', [0, Number.NaN], {}, /^The label NaN is not a whole number/],
  [
    'a number beyond 2⁵³',
    [0, 2 ** 53],
    {},
    /^The label 9007199254740992 is too large: whole numbers are exact up to 9007199254740991/,
  ],
  ['such a number as text', ['1', '9007199254740993'], {}, /^The label 9007199254740993 is too large/],
  ['no label', ['', 'a'], {}, /^There are images without a label/],
  [
    'a label above classes',
    [0, 10],
    { classes: 10 },
    /^The label 10 is too high: labels are 0 to 9 with 10 classes\. .* set "classes" to 11/,
  ],
  ['a gap that moved a label', [0, 1, 3], { classes: 3 }, /^The label 3 is too high/],
  [
    'fewer texts than classes',
    ['a', 'b'],
    { classes: 3 },
    /^"classes" is 3, and the dataset has 2 different labels \("a", "b"\)\. Set "classes" to 2/,
  ],
  ['a negative label', [-1, 0, 2], { classes: 3 }, /^"classes" is 3, and the dataset has 3 different labels/],
  [
    'too few names',
    [0, 1, 2],
    { classNames: ['a', 'b'] },
    /^There are 2 class names, and the dataset has 3 different labels \(0, 1, 2\)/,
  ],
  ['a repeated name', [0, 1], { classNames: ['a', 'a'] }, /^The class name "a" is there twice/],
])('%s: a sentence', (_, labels, given, problem) => {
  const { problems, columns } = toClasses([columnOf(labels)], given);
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(columns[0]).toHaveLength(labels.length);
});

test('the names of the classes of all rows are the labels of these rows, whatever the order of the values', () => {
  const value = fc.oneof(fc.integer({ min: -1e9, max: 1e9 }), fc.stringMatching(/^[a-z]{1,3}$/));
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 50 }), fc.integer(), (labels, seed) => {
      fc.pre(new Set(labels).size > 1);
      const values = [...new Set(labels)].sort(
        (a, b) => Math.sin(labels.indexOf(a) + seed) - Math.sin(labels.indexOf(b) + seed),
      );
      const column = { values, codes: Int32Array.from(labels, (label) => values.indexOf(label)) };
      const { classNames, columns } = toClasses([column], {});
      expect(Array.from(columns[0]!, (label) => classNames[label])).toEqual(labels.map(String));
      expect(toClasses([columnOf(labels)], {}).columns).toEqual(columns);
    }),
  );
});
