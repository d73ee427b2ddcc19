import fc from 'fast-check';
import { formatClock } from '../../cli/display/durations';
import { createTimeLeft } from '../../cli/display/time-left';

const at = (epoch: number, batch: number, { epochs = 10, batchesPerEpoch = 100 } = {}) => ({
  type: 'training-progress' as const,
  ...{ epoch, epochs, batch, batchesPerEpoch },
});

test('there is no estimate at the first batch, however far the training is', () => {
  for (const progress of [at(1, 1), at(7, 50)])
    expect(createTimeLeft().estimate(progress, 5000)).toBeUndefined();
});

test('within the first epoch, the pace is that of the batches seen so far', () => {
  const { estimate } = createTimeLeft();
  estimate(at(1, 1), 0);
  // 10 batches in 2 s, 989 are left.
  expect(estimate(at(1, 11), 2000)).toBeCloseTo(989 * 0.2);
});

test('batches before a checkpoint do not count', () => {
  const { estimate } = createTimeLeft();
  estimate(at(5, 0), 0);
  expect(estimate(at(5, 10), 2000)).toBeCloseTo(590 * 0.2);
});

test('a finished epoch, including its validation, gives the best estimate', () => {
  const { estimate, learn } = createTimeLeft();
  estimate(at(1, 1), 0);
  learn(4);
  expect(estimate(at(2, 50), 1_000_000)).toBeCloseTo(8.5 * 4);
});

test('on AWS only whole epochs are seen: no estimate during the first, then one for the others', () => {
  const whole = { epochs: 3, batchesPerEpoch: 1 };
  const { estimate, learn } = createTimeLeft();
  expect(estimate(at(1, 1, whole), 0)).toBeUndefined();
  learn(20);
  // When a run is followed late, two epochs arrive at once.
  expect(estimate(at(2, 1, whole), 1)).toBe(20);
});

test('property: never negative, and 0 at the last batch', () => {
  const sizes = fc.record({
    epochs: fc.integer({ min: 1, max: 50 }),
    batchesPerEpoch: fc.integer({ min: 2 }),
  });
  fc.assert(
    fc.property(sizes, fc.double({ min: 0.01, max: 1e4, noNaN: true }), (size, epochSeconds) => {
      const { estimate, learn } = createTimeLeft();
      learn(epochSeconds);
      expect(estimate(at(1, 1, size), 0)).toBeGreaterThan(0);
      expect(estimate(at(size.epochs, size.batchesPerEpoch, size), 0)).toBe(0);
    }),
  );
});

test.each([
  [0.4, '0:00'],
  [59.4, '0:59'],
  [59.6, '1:00'],
  [252, '4:12'],
  [3599.4, '59:59'],
  [3600, '1:00:00'],
  [3733, '1:02:13'],
])('%s seconds: "%s"', (seconds, text) => {
  expect(formatClock(seconds)).toBe(text);
});
