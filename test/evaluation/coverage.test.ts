import fc from 'fast-check';
import { largestCoverageAt, measureCoverage } from '../../lib/evaluation/coverage';

const claims = {
  labels: [0, 1, 2, 3, 4],
  predicted: [0, 1, 0, 3, 0],
  confidence: [0.99, 0.9, 0.5, 0.9, 0.2],
};

test('in descending order of confidence, equal ones together', () => {
  expect(measureCoverage(claims)).toEqual([
    { threshold: 0.99, coverage: 0.2, accuracy: 1 },
    { threshold: 0.9, coverage: 0.6, accuracy: 1 },
    { threshold: 0.5, coverage: 0.8, accuracy: 0.75 },
    { threshold: 0.2, coverage: 1, accuracy: 0.6 },
  ]);
});

test.each([
  [1, 0.6],
  [0.75, 0.8],
  [0.6, 1],
])('an accuracy of %d needs a coverage of at most %d', (accuracy, coverage) => {
  expect(largestCoverageAt(measureCoverage(claims), accuracy)?.coverage).toBe(coverage);
});

test('a model whose most confident answer is wrong never reaches an accuracy of 1', () => {
  const wrong = { labels: [1], predicted: [0], confidence: [0.9] };
  expect(largestCoverageAt(measureCoverage(wrong), 1)).toBeUndefined();
});

test('property: coverage rises to 1, where the accuracy is that of all images', () => {
  const image = fc.record({
    label: fc.integer({ min: 0, max: 3 }),
    predicted: fc.integer({ min: 0, max: 3 }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 50 }), (images) => {
      const points = measureCoverage({
        labels: images.map(({ label }) => label),
        predicted: images.map(({ predicted }) => predicted),
        confidence: images.map(({ confidence }) => confidence),
      });
      const rightCount = images.filter(({ label, predicted }) => label === predicted).length;
      expect(points.at(-1)).toMatchObject({ coverage: 1, accuracy: rightCount / images.length });
      for (const [index, point] of points.slice(1).entries()) {
        expect(point.coverage).toBeGreaterThan(points[index]!.coverage);
        expect(point.threshold).toBeLessThan(points[index]!.threshold);
      }
    }),
  );
});
