import fc from 'fast-check';
import { remarkOnSteps } from '../../lib/training/short-training-remark';

test.each([
  ['MNIST, one epoch of the default batches', 1, 512, 60_000],
  ['just enough', 30, 512, 1438],
])('%s: nothing to note', (_, epochs, batchSize, imageCount) => {
  expect(remarkOnSteps({ epochs, batchSize }, imageCount)).toBeUndefined();
});

test.each([
  [
    "scikit-learn's digits",
    10,
    512,
    1438,
    /only 30 training steps, 3 in each epoch: 1,438 images in batches of 512\. .* 30 epochs or/,
  ],
  ['one step', 1, 512, 100, /only 1 training step, 1 in each epoch: .* 90 epochs/],
  ['one step too few', 89, 512, 512, /only 89 training steps/],
])('%s: a note', (_, epochs, batchSize, imageCount, expected) => {
  expect(remarkOnSteps({ epochs, batchSize }, imageCount)).toMatch(expected);
});

test('the number of epochs that a note suggests leads to no note', () => {
  const runs = fc.record({
    epochs: fc.integer({ min: 1, max: 89 }),
    batchSize: fc.integer({ min: 1, max: 1000 }),
    imageCount: fc.integer({ min: 1, max: 20_000 }),
  });
  fc.assert(
    fc.property(runs, ({ epochs, batchSize, imageCount }) => {
      const remark = remarkOnSteps({ epochs, batchSize }, imageCount);
      const suggested = Number(/with (\d+) epochs/.exec(remark ?? '')?.[1] ?? epochs);
      expect(remarkOnSteps({ epochs: suggested, batchSize }, imageCount)).toBeUndefined();
    }),
  );
});
