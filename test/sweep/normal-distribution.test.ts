import fc from 'fast-check';
import { normalProbability, truncatedNormalQuantile } from '../../lib/sweep/normal-distribution';

// By math.erfc of Python.
test.each([
  [0, 1, 0.3413447460685429],
  [-1.96, 1.96, 0.9500042097035591],
  [-3.5, -3, 0.0011172689525946],
  [3, 3.5, 0.0011172689525946],
  [6, 7, 9.853078324938e-10],
  [-40, 0, 0.5],
])('P(%d < Z < %d)', (low, high, probability) => {
  expect(normalProbability(low, high) / probability).toBeCloseTo(1, 10);
});

test('a quantile lies between the limits and has its probability below it', () => {
  const limit = fc.double({ min: 0, max: 30, noNaN: true });
  const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(limit, limit, unit, (below, above, part) => {
      fc.pre(below + above > 0.01);
      const value = truncatedNormalQuantile(part, -below, above);
      expect(value).toBeGreaterThanOrEqual(-below);
      expect(value).toBeLessThanOrEqual(above);
      const whole = normalProbability(-below, above);
      expect(normalProbability(-below, value) / whole).toBeCloseTo(part, 8);
    }),
  );
});
