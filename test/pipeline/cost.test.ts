import { estimateCostUsd, limitTrainingSeconds, prices } from '../../lib/pipeline/cost';

const hours = (train: number) => [
  { name: 'preprocess' as const, seconds: 0 },
  { name: 'train' as const, seconds: 3600 * train },
  { name: 'evaluate' as const, seconds: 0 },
];

test('a machine of one’s own costs nothing that we know', () => {
  expect(estimateCostUsd(hours(1), null)).toBeNull();
});

test.each([
  // 4 × 0.04048 + 8 × 0.004445
  ['cpu', 0.19748],
  ['gpu', 0.526],
] as const)('an hour of training on %s costs $%f', (compute, dollars) => {
  expect(estimateCostUsd(hours(1), compute)).toBeCloseTo(dollars, 6);
  expect(estimateCostUsd(hours(0.5), compute)).toBeCloseTo(dollars / 2, 6);
});

test('preprocessing and evaluation cost what Lambda takes for 1769 MiB', () => {
  const phases = [
    { name: 'preprocess' as const, seconds: 100 },
    { name: 'evaluate' as const, seconds: 900 },
  ];
  expect(estimateCostUsd(phases, 'gpu')).toBeCloseTo(1000 * (1769 / 1024) * 0.0000133334, 6);
});

test('the prices say of when they are', () => {
  expect(prices.asOf).toMatch(/^\d{4}-\d{2}$/);
});

test.each([
  // 4 × 0.04048 + 8 × 0.004445 = 0.19748 dollars an hour.
  ['cpu', 0.19748, 3600],
  ['cpu', 0.01, 182.297],
  ['gpu', 1.006, 3600],
  ['gpu', 0.01, 35.785],
  ['gpu', 0, 0],
  // However small, a limit is not taken for none.
  ['cpu', 1e-12, 0.001],
] as const)('on %s $%f buys %f s', (compute, maxCostUsd, seconds) => {
  expect(limitTrainingSeconds(maxCostUsd, compute, 1.006)).toBe(seconds);
});
