import { orderClasses } from '../../../lib/sources/images/order-classes';

const order = (folders: string[], given?: string[]) => {
  const { labelOf, ...others } = orderClasses(new Set(folders), given, 'classes.txt');
  return { labels: folders.map((folder) => labelOf.get(folder)), ...others };
};

test.each<
  [
    what: string,
    folders: string[],
    given: string[] | undefined,
    labels: number[],
    names: string[] | undefined,
  ]
>([
  ['names are sorted', ['dog', 'cat'], undefined, [1, 0], ['cat', 'dog']],
  ['whole numbers are the labels', ['10', '2', '0'], undefined, [10, 2, 0], undefined],
  ['numbers with zeros in front are names', ['02', '01', '10'], undefined, [1, 0, 2], ['01', '02', '10']],
  ['numbers beyond 2^53 are names', ['9007199254740993', '1'], undefined, [1, 0], ['1', '9007199254740993']],
  ['the order that is given', ['cat', 'dog'], ['dog', 'cat'], [1, 0], ['dog', 'cat']],
  [
    'a name without a folder keeps its label',
    ['cat', 'dog'],
    ['dog', 'ant', 'cat'],
    [2, 0],
    ['dog', 'ant', 'cat'],
  ],
  ['names of numbers', ['1', '0'], ['zero', 'one'], [1, 0], ['zero', 'one']],
  ['numbers in another order', ['0', '1'], ['1', '0'], [1, 0], ['1', '0']],
  ['any Unicode form', ['caf\u00e9', 'bar'], ['cafe\u0301', 'bar'], [0, 1], ['caf\u00e9', 'bar']],
])('%s', (_, folders, given, labels, classNames) => {
  expect(order(folders, given)).toEqual({
    labels,
    ...(classNames && { classNames }),
    remarks: [],
    problems: [],
  });
});

test('other names for folders are given in the order of the folders, with a remark', () => {
  expect(order(['n02', 'n01', 'n03', 'n04'], ['tench', 'shark', 'ray', 'cock'])).toEqual({
    labels: [1, 0, 2, 3],
    classNames: ['tench', 'shark', 'ray', 'cock'],
    remarks: [
      'classes.txt has none of the names of the class folders: n01 is named tench, n02 is named shark, n03 is named ray, ….',
    ],
    problems: [],
  });
});

test.each<[folders: string[], given: string[], problem: string]>([
  [
    ['cat', 'dog'],
    ['cat', 'dogs'],
    'classes.txt has 2 names, and 1 of the 2 class folders is not among them: "dog". Give the name of every class folder, in the order of the labels.',
  ],
  [
    ['cat', 'dog'],
    ['a', 'b', 'c'],
    'classes.txt has 3 names, and 2 of the 2 class folders are not among them: "cat", "dog". Give the name of every class folder, in the order of the labels.',
  ],
])('%j with the names %j', (folders, given, problem) => {
  expect(order(folders, given).problems).toEqual([problem]);
});
