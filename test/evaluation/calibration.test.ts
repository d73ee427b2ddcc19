import * as fc from 'fast-check';
import { measureCalibration } from '../../lib/evaluation/calibration';
import { columnsOf } from '../../lib/evaluation/test-predictions';
import { makeScoredLabels, scoreAll } from '../support/report-factory';

/** `right` of `count` images are correct, all with the same confidence. */
const claims = (groups: readonly { confidence: number; count: number; right: number }[]) => {
  const rows = groups.flatMap(({ confidence, count, right }) =>
    Array.from({ length: count }, (_, index) => ({ confidence, predicted: index < right ? 1 : 0 })),
  );
  return {
    labels: rows.map(() => 1),
    predicted: rows.map(({ predicted }) => predicted),
    confidence: rows.map(({ confidence }) => confidence),
  };
};

test.each([
  { name: 'honest', groups: [{ confidence: 0.75, count: 100, right: 75 }], error: 0 },
  { name: 'overconfident', groups: [{ confidence: 1, count: 10, right: 7 }], error: 0.3 },
  { name: 'underconfident', groups: [{ confidence: 0.5, count: 10, right: 9 }], error: 0.4 },
  {
    name: 'bins weighed by their images: 0.9 · 0.1 + 0.1 · 0.5',
    groups: [
      { confidence: 0.9, count: 90, right: 72 },
      { confidence: 0.5, count: 10, right: 0 },
    ],
    error: 0.14,
  },
])('$name', ({ groups, error }) => {
  expect(measureCalibration(claims(groups)).expectedCalibrationError).toBeCloseTo(error, 10);
});

test.each([
  { confidence: 0, bin: 0 },
  { confidence: 0.2, bin: 1 },
  { confidence: 0.2000001, bin: 2 },
  { confidence: 1, bin: 9 },
])(
  'of ten bins, confidence $confidence belongs to number $bin: bins own their upper edge',
  ({ confidence, bin }) => {
    const { bins } = measureCalibration(claims([{ confidence, count: 1, right: 1 }]), 10);
    expect(bins.findIndex(({ count }) => count === 1)).toBe(bin);
    expect(bins[bin]).toMatchObject({ confidence, accuracy: 1 });
  },
);

test('property: every image is in one bin that has its confidence, and the error is a fraction', () => {
  const image = fc.record({
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    label: fc.nat(3),
    predicted: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 60 }), (images) => {
      const { bins, expectedCalibrationError } = measureCalibration({
        confidence: images.map(({ confidence }) => confidence),
        labels: images.map(({ label }) => label),
        predicted: images.map(({ predicted }) => predicted),
      });
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(images.length);
      for (const { count, confidence, from, to } of bins) {
        if (count === 0) continue;
        expect(confidence).toBeGreaterThanOrEqual(from - 1e-9);
        expect(confidence).toBeLessThanOrEqual(to + 1e-9);
      }
      expect(expectedCalibrationError).toBeGreaterThanOrEqual(0);
      expect(expectedCalibrationError).toBeLessThanOrEqual(1);
    }),
  );
});

test('the columns of a scored test set: labels, winners and their probabilities', () => {
  const scored = makeScoredLabels(500);
  const { labels, predicted, confidence } = columnsOf(scoreAll(scored));
  expect(labels).toEqual(Array.from(scored.labels));
  expect(predicted.filter((answer, row) => answer !== labels[row])).toHaveLength(29);
  expect(confidence[0]).toBe(0.97);
  expect(JSON.stringify({ labels, predicted, confidence }).length).toBeLessThan(500 * 14);
});
