import { metricScale } from '../../../lib/report/sweep/metric-scale';
import { settingAxes } from '../../../lib/report/sweep/setting-axis';

test.each([
  {
    name: 'a short range',
    metric: 'validation-loss',
    values: [0.05, 0.06],
    ticks: ['0.05', '0.052', '0.054', '0.056', '0.058', '0.06'],
  },
  {
    name: 'a decade',
    metric: 'validation-loss',
    values: [0.055, 0.4],
    ticks: ['0.07', '0.1', '0.15', '0.2', '0.3', '0.4'],
  },
  {
    name: 'many decades',
    metric: 'validation-loss',
    values: [0.001, 100],
    ticks: ['0.001', '0.01', '0.1', '1', '10', '100'],
  },
  {
    name: 'accuracies',
    metric: 'validation-accuracy',
    values: [0.9, 0.99],
    ticks: ['99 %', '98 %', '97 %', '95 %', '90 %'],
  },
] as const)('ticks at round numbers: $name', ({ metric, values, ticks }) => {
  expect(metricScale(metric, values, [0, 100]).ticks.map(({ text }) => text)).toEqual(ticks);
});

test.each([
  { metric: 'validation-loss', best: 0.05, worst: 2 },
  { metric: 'validation-accuracy', best: 1, worst: 0.1 },
] as const)('the best $metric is at the first end of the range', ({ metric, best, worst }) => {
  const { place } = metricScale(metric, [best, worst], [0, 100]);
  expect(place(best)).toBeGreaterThan(0);
  expect(place(best)).toBeLessThan(10);
  expect(place(worst)).toBeGreaterThan(90);
  expect(place(worst)).toBeLessThan(100);
});

test('a single value has a scale too', () => {
  const { place } = metricScale('validation-loss', [0.5, 0.5], [0, 100]);
  expect(place(0.5)).toBeCloseTo(50, 9);
});

test.each([
  {
    name: 'a range',
    dimension: { range: [0, 0.5] },
    values: [0.25, 0.5],
    positions: [0.5, 1],
    texts: ['0.25', '0.5'],
  },
  {
    name: 'a log range',
    dimension: { logRange: [0.0001, 0.01] },
    values: [0.001, 0.01],
    positions: [0.5, 1],
    texts: ['0.001', '0.01'],
  },
  {
    name: 'whole numbers',
    dimension: { integers: [2, 8] },
    values: [8, 2],
    positions: [0, 1],
    texts: ['2', '8'],
  },
  {
    name: 'whole numbers by logarithm',
    dimension: { integers: [1, 16], log: true },
    values: [4, 16],
    positions: [0.5, 1],
    texts: ['4', '16'],
  },
  {
    name: 'numbers of a list',
    dimension: { values: [512, 128] },
    values: [512, 128],
    positions: [0.25, 0.75],
    texts: ['128', '512'],
  },
  {
    name: 'lists, in the order of the space',
    dimension: { values: [[], [512, 10]] },
    values: [[512, 10], []],
    positions: [0.25, 0.75],
    texts: ['none', '512, 10'],
  },
  {
    name: 'names',
    dimension: { values: ['sgd', 'adam'] },
    values: ['adam', 'sgd'],
    positions: [0.25, 0.75],
    texts: ['sgd', 'adam'],
  },
])('an axis of $name', ({ dimension, values, positions, texts }) => {
  const trials = values.map((value) => ({ setting: value }));
  const [axis] = settingAxes({ setting: dimension as Parameters<typeof settingAxes>[0][string] }, trials);
  expect(axis!.stops.map(({ text }) => text)).toEqual(texts);
  for (const [index, { position }] of axis!.stops.entries())
    expect(position).toBeCloseTo(positions[index]!, 9);
});

test('a setting that all trials have equally has no axis; one that some do not have has one', () => {
  const space = {
    optimizer: { values: ['adam', 'sgd'] },
    momentum: { values: [0.9], when: { optimizer: ['sgd'] } },
  };
  expect(
    settingAxes(space, [
      { optimizer: 'sgd', momentum: 0.9 },
      { optimizer: 'sgd', momentum: 0.9 },
    ]),
  ).toEqual([]);
  const [, momentum] = settingAxes(space, [{ optimizer: 'adam' }, { optimizer: 'sgd', momentum: 0.9 }]);
  expect(momentum!.stopOf).toEqual([-1, 0]);
});
