import { mostExpensiveGpuHourUsd, prices } from '../../lib/contracts/prices';
import { estimateCostUsd, limitTrainingSeconds } from '../../lib/pipeline/cost';

const hours = (train: number) => [
  { name: 'preprocess' as const, seconds: 0 },
  { name: 'train' as const, seconds: 3600 * train },
  { name: 'evaluate' as const, seconds: 0 },
];

test('the cost of a local run is unknown', () => {
  expect(estimateCostUsd(hours(1), null)).toBeNull();
});

test.each([
  // 4 × 0.04048 + 8 × 0.004445, and a public address; 75 s of pull and start.
  ['cpu', 0.20248, 75],
  // g5.xlarge, the most expensive, and a public address; 300 s of boot, pull and scaling down.
  ['gpu', 1.011, 300],
] as const)('an hour of training on %s costs $%f an hour, for %i s more', (compute, dollars, overhead) => {
  const billed = (trainingSeconds: number) => (dollars * (trainingSeconds + overhead)) / 3600;
  expect(estimateCostUsd(hours(1), compute)).toBeCloseTo(billed(3600), 6);
  expect(estimateCostUsd(hours(0.5), compute)).toBeCloseTo(billed(1800), 6);
});

test('a minute of training on a GPU includes the billed overhead, several times its own cost', () => {
  const cost = estimateCostUsd(hours(1 / 60), 'gpu')!;
  expect(cost).toBeGreaterThan(0.06);
  expect(cost).toBeLessThan(0.11);
});

test('a deployment with other GPU types uses the price from its settings', () => {
  expect(estimateCostUsd(hours(1), 'gpu', 1.861)).toBeCloseTo((1.866 * 3900) / 3600, 6);
});

test('the most expensive of the default types is g5.xlarge', () => {
  expect(mostExpensiveGpuHourUsd).toBe(1.006);
});

test('preprocessing and evaluation cost the Lambda price of 1769 MiB', () => {
  const phases = [
    { name: 'preprocess' as const, seconds: 100 },
    { name: 'evaluate' as const, seconds: 900 },
  ];
  expect(estimateCostUsd(phases, 'gpu')).toBeCloseTo(1000 * (1769 / 1024) * 0.0000133334, 6);
});

test('the prices have a date', () => {
  expect(prices.asOf).toMatch(/^\d{4}-\d{2}$/);
});

test.each([
  // 4 × 0.04048 + 8 × 0.004445, and a public address of 0.005: 0.20248 dollars an hour.
  ['cpu', 0.20248, 3600],
  ['cpu', 0.01, 177.795],
  ['gpu', 1.011, 3600],
  ['gpu', 0.01, 35.608],
  ['gpu', 0, 0],
  // Even the smallest limit is not treated as no limit.
  ['cpu', 1e-12, 0.001],
] as const)('on %s $%f pays for %f s', (compute, maxCostUsd, seconds) => {
  expect(limitTrainingSeconds(maxCostUsd, compute, 1.006)).toBe(seconds);
});
