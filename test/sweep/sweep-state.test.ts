import { bestTrial, valueAfter } from '../../lib/sweep/sweep-state';
import { makeEpochs, makeSweep, makeTrial } from '../support/simulated-sweep';

test.each([
  [0, 'validation-loss', 3],
  [2, 'validation-loss', 1],
  [0, 'validation-accuracy', 1 / 4],
  [2, 'validation-accuracy', 1 / 2],
] as const)('with a patience of %i, the %s is %d', (patience, metric, value) => {
  expect(valueAfter(makeEpochs([2, 1, 3]), { patience }, metric)).toBe(value);
});

test.each([0, 3])('before the first epoch there is no value, with a patience of %i too', (patience) => {
  expect(valueAfter([], { patience }, 'validation-loss')).toBeUndefined();
});

test('the best trial is wholly trained, and the first of several', () => {
  const finished = { status: 'finished' } as const;
  const trials = [
    makeTrial(1, [1]),
    makeTrial(2, [3], finished),
    makeTrial(3, [2], finished),
    makeTrial(4, [2], finished),
  ];
  expect(bestTrial({ sweep: makeSweep(), trials })?.trial).toBe(3);
  expect(bestTrial({ sweep: makeSweep({ metric: 'validation-accuracy' }), trials })?.trial).toBe(2);
});
