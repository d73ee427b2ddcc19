import fc from 'fast-check';
import { wilsonInterval } from '../../lib/evaluation/confidence-interval';

// statsmodels.stats.proportion.proportion_confint(successes, count, method='wilson')
test.each([
  [9846, 10_000, 0.981_989, 0.986_834],
  [10, 10, 0.722_467, 1],
  [0, 10, 0, 0.277_533],
  [1, 2, 0.094_531, 0.905_469],
])('%d of %d', (successes, count, low, high) => {
  const interval = wilsonInterval(successes, count);
  expect(interval.low).toBeCloseTo(low, 5);
  expect(interval.high).toBeCloseTo(high, 5);
});

test('property: it contains the fraction, stays in [0, 1], and narrows with the count', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, share) => {
        const successes = Math.round(count * share);
        const { low, high } = wilsonInterval(successes, count);
        const more = wilsonInterval(successes * 4, count * 4);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / count + 1e-12);
        expect(high).toBeGreaterThanOrEqual(successes / count - 1e-12);
        expect(more.high - more.low).toBeLessThan(high - low);
      },
    ),
  );
});
