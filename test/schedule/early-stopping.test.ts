import type { Epoch } from '../../lib/contracts/results';
import { bestEpoch, shouldStopEarly } from '../../lib/schedule/early-stopping';

const after = (...losses: number[]): Epoch[] =>
  losses.map((loss, index) => ({ epoch: index + 1, loss, acc: 0, val_loss: loss, val_acc: 0, seconds: 1 }));

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
