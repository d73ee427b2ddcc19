import { givenSettingsSchema } from '../../../lib/contracts/given-settings';
import { dimensionsOf } from '../../../lib/sweep/dimensions';
import { drawSobol } from '../../../lib/sweep/samplers/sobol';
import { directionsOf, maxSobolDimensions } from '../../../lib/sweep/samplers/sobol-directions';

const names = Array.from({ length: maxSobolDimensions }, (_, index) => `setting${index}`);
const dimensions = dimensionsOf(Object.fromEntries(names.map((name) => [name, { range: [0, 1] }])));

test('there is a coordinate for every setting', () => {
  expect(Object.keys(givenSettingsSchema.shape).length).toBeLessThanOrEqual(maxSobolDimensions);
});

test('each block of 2ⁿ trials has one value in each of 2ⁿ equal intervals, in every dimension', () => {
  const trials = Array.from({ length: 16 }, (_, index) => drawSobol(dimensions, 3, index + 1));
  for (const size of [2, 4, 8, 16]) {
    for (let start = 0; start < trials.length; start += size) {
      for (const name of names) {
        const block = trials.slice(start, start + size);
        // Six digits are drawn, so a value just below a border may be rounded to it.
        const intervals = block.map((drawn) => Math.floor(Number(drawn[name]) * size * (1 - 1e-7)));
        expect(new Set(intervals).size).toBe(size);
      }
    }
  }
});

test('unscrambled, the sequence begins as Joe and Kuo publish it', () => {
  const coordinate = (dimension: number, index: number) =>
    (directionsOf(dimension).reduce(
      (bits, direction, bit) => ((index >>> bit) & 1 ? bits ^ direction : bits),
      0,
    ) >>>
      0) /
    2 ** 32;
  const points = [1, 2, 3].map((index) => [0, 1, 2, 3, 4].map((dimension) => coordinate(dimension, index)));
  expect(points).toEqual([
    [0.5, 0.5, 0.5, 0.5, 0.5],
    [0.25, 0.75, 0.75, 0.75, 0.25],
    [0.75, 0.25, 0.25, 0.25, 0.75],
  ]);
});

test('another seed scrambles every dimension in another way', () => {
  const first = drawSobol(dimensions, 1, 1);
  const other = drawSobol(dimensions, 2, 1);
  expect(names.filter((name) => first[name] === other[name])).toEqual([]);
  expect(new Set(Object.values(first)).size).toBe(names.length);
});
