import { studentQuantile, summarizeValues } from '../../lib/sweep/statistics';

// scipy.stats.t.ppf(0.975, degrees of freedom)
test.each([
  [1, 12.706_204_736_174_7],
  [2, 4.302_652_729_749_46],
  [3, 3.182_446_305_283_71],
  [4, 2.776_445_105_198],
  [9, 2.262_157_162_798_2],
  [19, 2.093_024_054_408_31],
  [30, 2.042_272_456_301_24],
  [199, 1.971_956_544_249],
])('the quantile of Student’s t with %d degrees of freedom', (degreesOfFreedom, quantile) => {
  expect(studentQuantile(degreesOfFreedom)).toBeCloseTo(quantile, 9);
});

// numpy.std(values, ddof=1) and scipy.stats.t.interval(0.95, count - 1, loc=mean, scale=scipy.stats.sem(values))
test.each([
  {
    values: [0.9812, 0.9846, 0.9831, 0.9799, 0.9838],
    mean: 0.98252,
    standardDeviation: 0.001_930_543_964_793,
    interval: [0.980_122_913_061_966, 0.984_917_086_938_033],
  },
  {
    values: [3, 5],
    mean: 4,
    standardDeviation: Math.SQRT2,
    interval: [-8.706_204_736_174_69, 16.706_204_736_174_69],
  },
  { values: [2, 2, 2], mean: 2, standardDeviation: 0, interval: [2, 2] },
])('mean, standard deviation and interval of $values', ({ values, mean, standardDeviation, interval }) => {
  const summary = summarizeValues(values)!;
  expect(summary.mean).toBeCloseTo(mean, 12);
  expect(summary.standardDeviation).toBeCloseTo(standardDeviation, 12);
  expect(summary.interval[0]).toBeCloseTo(interval[0]!, 9);
  expect(summary.interval[1]).toBeCloseTo(interval[1]!, 9);
});

test.each([[[]], [[0.98]]])('%j: fewer than two values have no deviation', (values) => {
  expect(summarizeValues(values)).toBeUndefined();
});
