import type { Epoch } from '../../lib/contracts/results';
import { bestEpoch, learningRateAt, shouldStopEarly } from '../../lib/training/schedule';

const after = (...losses: number[]): Epoch[] =>
  losses.map((loss, index) => ({ epoch: index + 1, loss, acc: 0, val_loss: loss, val_acc: 0, seconds: 1 }));

test.each([
  ['constant', 0, [], 0.01],
  ['constant', 99, [3, 4, 5, 6], 0.01],
  ['cosine', 0, [], 0.01],
  ['cosine', 25, [], 0.01 * (0.5 + Math.SQRT1_2 / 2)],
  ['cosine', 50, [], 0.005],
  ['cosine', 100, [], 0],
  ['plateau', 30, [3, 2, 1], 0.01],
  ['plateau', 30, [3, 2, 2], 0.01],
  ['plateau', 40, [3, 2, 2, 2.5], 0.005],
  ['plateau', 60, [3, 2, 2, 2.5, 2.5, 2.5], 0.0025],
  ['plateau', 60, [3, 2, 2, 2.5, 1.9, 2.5], 0.005],
] as const)('%s after %i steps and the losses %j: %f', (schedule, step, losses, expected) => {
  const settings = { learningRate: 0.01, schedule, epochs: 10, warmupEpochs: 0 };
  const rate = learningRateAt(settings, { step, batchesPerEpoch: 10, history: after(...losses) });
  expect(rate).toBeCloseTo(expected, 12);
});

test.each([
  [[3, 2, 1], 3],
  [[3, 1, 1, 2], 2],
  [[1], 1],
])('the best of %j is epoch %i', (losses, epoch) => {
  expect(bestEpoch(after(...losses))).toBe(epoch);
});

test.each([
  [[], 1, false],
  [[1, 2, 3, 4], 0, false],
  [[1, 2], 2, false],
  [[1, 2, 3], 2, true],
  [[3, 2, 1, 1], 1, true],
  [[3, 2, 1], 1, false],
])('after %j with a patience of %i: stop early %s', (losses, patience, expected) => {
  expect(shouldStopEarly(after(...losses), patience)).toBe(expected);
});
