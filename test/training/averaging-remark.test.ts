import fc from 'fast-check';
import { remarkOnAveraging } from '../../lib/training/averaging-remark';

const batchSize = 100;

test.each([
  [0, 1, 100],
  [0.999, 40, 10_000],
  [0.9, 4, 1000],
  [0.5, 1, 800],
])('emaDecay %d, %i epochs of %i images: nothing to note', (emaDecay, epochs, imageCount) => {
  expect(remarkOnAveraging({ emaDecay, epochs, batchSize }, imageCount)).toBeUndefined();
});

test.each([
  [
    0.999,
    39,
    10_000,
    /over about 1,000 training steps, and this run has 3,900: .* Set emaDecay to 0\.99, or/,
  ],
  [0.999, 3, 1801, /this run has 57: .* Set emaDecay to 0\.92, or/],
  [0.9, 1, 100, /over about 10 training steps, and this run has 1: .* Set emaDecay to 0, or/],
])('emaDecay %d, %i epochs of %i images: a note', (emaDecay, epochs, imageCount, expected) => {
  expect(remarkOnAveraging({ emaDecay, epochs, batchSize }, imageCount)).toMatch(expected);
});

test('the value that a note suggests leads to no note', () => {
  const runs = fc.record({
    emaDecay: fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
    epochs: fc.integer({ min: 1, max: 100 }),
    imageCount: fc.integer({ min: 1, max: 10_000 }),
  });
  fc.assert(
    fc.property(runs, ({ emaDecay, epochs, imageCount }) => {
      const remark = remarkOnAveraging({ emaDecay, epochs, batchSize }, imageCount);
      const suggested = Number(/Set emaDecay to ([\d.]+),/.exec(remark ?? '')?.[1] ?? emaDecay);
      expect(remarkOnAveraging({ emaDecay: suggested, epochs, batchSize }, imageCount)).toBeUndefined();
    }),
  );
});
