import { indexNames } from '../../lib/contracts/class-names';
import { drawConfusionMatrix } from '../../lib/report/plots/confusion-matrix';

const draw = (classNames: readonly string[]) => {
  const confusionMatrix = classNames.map((_, label) =>
    classNames.map((__, column) => (label === column ? 4 : 0)),
  );
  return drawConfusionMatrix(
    { confusionMatrix, testCount: 4 * classNames.length, errorCount: 0 },
    classNames,
  );
};
const named = (classes: number, name = 'class name') =>
  indexNames(classes).map((index) => `${name} ${index}`);
const labelsIn = (marks: string, name: string) => marks.split(`>${name}</text>`).length - 1;

test.each([
  { classes: 10, shown: 10, width: 480 },
  { classes: 16, shown: 16, width: 480 },
  { classes: 17, shown: 9, width: 480 },
  { classes: 256, shown: 16, width: 480 },
])('of $classes numbers, $shown are shown', ({ classes, shown, width }) => {
  const plot = draw(indexNames(classes));
  expect(plot.width).toBe(width);
  const labels = indexNames(classes).map((name) =>
    plot.marks.match(new RegExp(`class="tick"[^>]*end">${name}<`)),
  );
  expect(labels.filter((label) => label !== null)).toHaveLength(shown);
});

test.each([
  { classes: 3, shown: 3 },
  { classes: 26, shown: 26 },
  { classes: 100, shown: 100 },
  { classes: 102, shown: 102 },
  { classes: 103, shown: 52 },
  { classes: 256, shown: 86 },
])('of $classes names, $shown are shown, on both axes and without overlap', ({ classes, shown }) => {
  const names = named(classes);
  const { marks } = draw(names);
  const visible = names.filter((name) => labelsIn(marks, name) > 0);
  expect(visible).toHaveLength(shown);
  for (const name of visible) expect(labelsIn(marks, name)).toBe(2);
  const heights = [...marks.matchAll(/y="([\d.]+)" text-anchor="end">class name/g)].map((match) =>
    Number(match[1]),
  );
  for (const [index, height] of heights.slice(1).entries())
    expect(height - heights[index]!).toBeGreaterThan(11.5);
});

test('the plot has room for the longest label, and no name is longer than that', () => {
  const short = draw(named(10, 'a'));
  const long = draw(named(10, 'a very long name of a class'));
  const longest = draw(named(10, 'W'.repeat(200)));
  expect(long.width).toBeGreaterThan(short.width);
  expect(longest.width).toBeLessThan(600);
  expect(longest.marks).toContain(`>${'W'.repeat(17)}…</text>`);
});

test('names of the columns are level where they have room, and upright where they do not', () => {
  expect(draw(['A', 'B', 'C']).marks).not.toContain('rotate(-90)">A<');
  expect(draw(named(10)).marks).toContain('rotate(-90)">class name 0<');
});
