import fc from 'fast-check';
import { testMcNemar } from '../../lib/evaluation/mcnemar';

// scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue
test.each([
  [0, 0, 1],
  [5, 5, 1],
  [1, 0, 1],
  [10, 2, 0.038_574_218_75],
  [2, 10, 0.038_574_218_75],
  [46, 251, 2.460783716557828e-35],
])('%d fixed and %d regressed', (fixed, regressed, pValue) => {
  const tested = testMcNemar(fixed, regressed).pValue;
  expect(Math.abs(tested - pValue)).toBeLessThanOrEqual(pValue * 1e-9);
});

test('property: a probability, symmetric, and smaller for a larger difference', () => {
  const count = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(count, count, (a, b) => {
      const { pValue } = testMcNemar(a, b);
      expect(pValue).toBeGreaterThanOrEqual(0);
      expect(pValue).toBeLessThanOrEqual(1);
      expect(testMcNemar(b, a).pValue).toBe(pValue);
      expect(testMcNemar(Math.max(a, b) + 10, Math.min(a, b)).pValue).toBeLessThanOrEqual(pValue + 1e-12);
    }),
    { numRuns: 50 },
  );
});
