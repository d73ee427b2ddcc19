import { indexNames } from '../../lib/contracts/class-names';
import { describeOtherClasses } from '../../lib/report/compare-class-names';
import { renderComparePage } from '../../lib/report/compare-page';
import { makeComparedRun, makeComparisonData } from '../support/report-factory';

const clothes = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  '<b>',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

test.each([
  {
    runs: [
      ['one', clothes],
      ['two', clothes],
    ],
    expected: undefined,
  },
  {
    runs: [
      ['one', ['cat', 'dog']],
      ['two', ['dog', 'cat']],
    ],
    expected: 'The runs do not have the same classes: one: cat, dog; two: dog, cat.',
  },
  {
    runs: [
      ['one', indexNames(10)],
      ['two', clothes],
      ['three', clothes],
    ],
    expected:
      'The runs do not have the same classes: one: 0, 1, 2 and 7 more; two and 1 more: T-shirt/top, Trouser, Pullover and 7 more.',
  },
] as const)('$expected', ({ runs, expected }) => {
  expect(describeOtherClasses(runs.map(([runId, classNames]) => ({ runId, classNames })))).toBe(expected);
});

test('of thirty runs with other classes each, the first four are described', () => {
  const runs = indexNames(30).map((runId) => ({ runId, classNames: [runId, 'other'] }));
  expect(describeOtherClasses(runs)).toMatch(/ 3: 3, other; 26 more lists\.$/);
});

test('the page has the names, and no sentence where all runs have the same', () => {
  const page = renderComparePage(
    makeComparisonData({
      runs: [
        makeComparedRun('a', { classNames: clothes }),
        makeComparedRun('b', { classNames: clothes, errorEvery: 40 }),
      ],
    }),
    '1.0.0',
  );
  expect(page).toContain('<th scope="row"><bdi class="name" title="T-shirt/top">T-shirt/top</bdi></th>');
  expect(page).toMatch(/<b>.*?✗ <bdi class="name"/);
  expect(page).toContain('&lt;b&gt;');
  expect(page).not.toContain('<bdi class="name" title="<b>');
  expect(page).not.toContain('do not have the same classes');
});

test('runs without a class in common have no comparison of classes', () => {
  const runs = [
    makeComparedRun('a', { classNames: clothes }),
    makeComparedRun('b', { classNames: indexNames(10) }),
  ];
  expect(renderComparePage({ runs }, '1.0.0')).not.toContain('id="classes"');
});

test('classes of runs with other names are compared by name', () => {
  const dataset = { name: 'other', contentKey: 'f'.repeat(16), manifestSha256: 'a'.repeat(64) };
  const shifted = ['new', ...clothes.slice(0, 9)];
  const runs = [
    makeComparedRun('a', { classNames: clothes }),
    makeComparedRun('b', { classNames: shifted, dataset }),
  ];
  const page = renderComparePage({ runs }, '1.0.0');
  expect(page).toContain('The runs do not have the same classes: a: T-shirt/top, ');
  expect(page).toContain('Classes with the same name in both runs.');
  const classes = page.slice(page.indexOf('id="classes"'), page.indexOf('id="changed-images"'));
  expect(classes).toContain('title="T-shirt/top"');
  expect(classes).not.toContain('>new<');
  expect(classes).not.toContain('title="Ankle boot"');
});
