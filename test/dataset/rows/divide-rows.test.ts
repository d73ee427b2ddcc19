import fc from 'fast-check';
import { chooseTestFraction, divideRows } from '../../../lib/dataset/rows/divide-rows';
import { sha256Hex } from '../../../lib/store/sha256';

const settings = { testFraction: 0, splitSeed: 1 };

/** Test and all images of each class. */
function countSplits(
  classes: Uint8Array,
  splits: Uint8Array,
): { readonly test: number; readonly all: number }[] {
  const counts = Array.from({ length: Math.max(...classes) + 1 }, () => ({ test: 0, all: 0 }));
  for (const [row, label] of classes.entries()) {
    counts[label]!.all += 1;
    counts[label]!.test += splits[row]!;
  }
  return counts;
}

const classesArbitrary = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 200 })
  .map((labels) => Uint8Array.from(labels));

test.each([
  [9999, 0, 0.2],
  [10_000, 0, 0.1],
  [9999, 0.05, 0.05],
])('%i images and a setting of %d: %d', (rowCount, testFraction, fraction) => {
  expect(chooseTestFraction(rowCount, { ...settings, testFraction })).toBe(fraction);
});

test('every class has its fraction in the test part, and an image in each part if it has two', () => {
  fc.assert(
    fc.property(
      classesArbitrary,
      fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      (classes, testFraction) => {
        for (const { test, all } of countSplits(
          classes,
          divideRows(classes, { ...settings, testFraction }),
        )) {
          if (all === 0) continue;
          expect(test).toBe(all === 1 ? 0 : Math.min(Math.max(1, Math.round(all * testFraction)), all - 1));
        }
      },
    ),
  );
});

test('the seed decides: the same gives the same, another gives another', () => {
  const classes = Uint8Array.from({ length: 500 }, (_, row) => row % 5);
  const divide = (splitSeed: number) => divideRows(classes, { ...settings, splitSeed });
  expect(divide(7)).toEqual(divide(7));
  const seeds = [0, 1, 2, 0x9e3779b9, 0xffff_ffff].map((seed) => divide(seed).join(''));
  expect(new Set(seeds).size).toBe(seeds.length);
});

test('a division stays that of earlier versions, whose datasets are prepared with it', () => {
  const classes = Uint8Array.from({ length: 500 }, (_, row) => row % 7);
  const codes = Int32Array.from({ length: 500 }, (_, row) => row % 41);
  expect(sha256Hex(divideRows(classes, settings))).toMatch(/^b59df04597245142/);
  expect(sha256Hex(divideRows(classes, settings, { codes }))).toMatch(/^155cd398bb7d909c/);
});

test('every image is drawn about equally often', () => {
  const classes = new Uint8Array(50);
  const drawn = new Array<number>(50).fill(0);
  for (let splitSeed = 0; splitSeed < 1000; splitSeed += 1) {
    for (const [row, split] of divideRows(classes, { ...settings, splitSeed }).entries())
      drawn[row]! += split;
  }
  // 200 times each, and six standard deviations of a binomial distribution.
  const limit = 6 * Math.sqrt(1000 * 0.2 * 0.8);
  for (const count of drawn) expect(Math.abs(count - 200)).toBeLessThan(limit);
});

test('a group is never divided, and no class loses its last training image', () => {
  const row = fc.record({ label: fc.integer({ min: 0, max: 3 }), group: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 0, max: 100 }),
      (rows, splitSeed) => {
        const classes = Uint8Array.from(rows, ({ label }) => label);
        const codes = Int32Array.from(rows, ({ group }) => group);
        const splits = divideRows(classes, { ...settings, splitSeed }, { codes });
        const splitOfGroup = new Map<number, number>();
        for (const [index, code] of codes.entries()) {
          expect(splits[index]).toBe(splitOfGroup.get(code) ?? splits[index]);
          splitOfGroup.set(code, splits[index]!);
        }
        for (const { test, all } of countSplits(classes, splits)) expect(all === 0 || test < all).toBe(true);
      },
    ),
  );
});

test('groups of different sizes: the classes keep nearly their fractions', () => {
  // 60 writers with 5 to 34 images each; a writer has images of every class.
  const rows = Array.from({ length: 60 }, (_, writer) =>
    Array.from({ length: 5 + ((writer * 7) % 30) }, () => writer),
  ).flat();
  const classes = Uint8Array.from(rows, (_, index) => index % 4);
  const splits = divideRows(classes, settings, { codes: Int32Array.from(rows) });
  for (const { test, all } of countSplits(classes, splits)) {
    expect(test / all).toBeGreaterThan(0.17);
    expect(test / all).toBeLessThan(0.23);
  }
});

test('a class whose images are in two groups gets one of them into the test part', () => {
  const classes = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1);
  const codes = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3, 4);
  const splits = divideRows(classes, settings, { codes });
  expect([...splits.subarray(6)].sort()).not.toEqual([0, 0, 0]);
  expect(countSplits(classes, splits)[0]!.test).toBe(2);
});
