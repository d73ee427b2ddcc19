import fc from 'fast-check';
import { computeMetrics, type ScoredLabels } from '../../lib/evaluation/metrics';
import { makeScoredLabels, scoreAll } from '../support/report-factory';

const handMade: ScoredLabels = {
  classes: 3,
  labels: Uint8Array.from([0, 0, 1, 1, 2]),
  // biome-ignore format: one image per line
  probabilities: Float32Array.from([
    0.75, 0.25, 0,
    0.125, 0.5, 0.375,
    0.25, 0.5, 0.25,
    0.0625, 0.0625, 0.875,
    0, 1, 0,
  ]),
};

describe('computeMetrics, by hand', () => {
  const metrics = computeMetrics(handMade);

  test('counts and accuracy', () => {
    expect(metrics).toMatchObject({ testCount: 5, errorCount: 3, accuracy: 0.4 });
  });

  test('the confusion matrix has true labels in rows', () => {
    expect(metrics.confusionMatrix).toEqual([
      [1, 1, 0],
      [0, 1, 1],
      [0, 1, 0],
    ]);
  });

  test.each([
    { label: 0, precision: 1, recall: 1 / 2, f1: 2 / 3, support: 2 },
    { label: 1, precision: 1 / 3, recall: 1 / 2, f1: 2 / 5, support: 2 },
    { label: 2, precision: 0, recall: 0, f1: 0, support: 1 },
  ])('class $label', (expected) => {
    const { label, precision, recall, f1, support } = metrics.classes[expected.label]!;
    expect({ label, support }).toEqual({ label: expected.label, support: expected.support });
    expect(precision).toBeCloseTo(expected.precision, 12);
    expect(recall).toBeCloseTo(expected.recall, 12);
    expect(f1).toBeCloseTo(expected.f1, 12);
  });

  test('the worst mistakes come most confident first', () => {
    expect(metrics.worstMistakes).toEqual([
      { index: 4, label: 2, predicted: 1, confidence: 1 },
      { index: 3, label: 1, predicted: 2, confidence: 0.875 },
      { index: 1, label: 0, predicted: 1, confidence: 0.5 },
    ]);
  });

  test('the loss clips a probability of 0 as Keras does', () => {
    const expected =
      -(Math.log(0.75) + Math.log(0.125) + Math.log(0.5) + Math.log(0.0625) + Math.log(1e-7)) / 5;
    expect(metrics.loss).toBeCloseTo(expected, 10);
  });
});

test('a confident, correct answer has nearly no loss, and never a negative one', () => {
  const { loss } = computeMetrics({
    classes: 2,
    labels: Uint8Array.of(1),
    probabilities: Float32Array.of(0, 1),
  });
  expect(loss).toBeGreaterThan(0);
  expect(loss).toBeLessThan(1.1e-7);
});

test('on a tie the lower class is predicted', () => {
  const tie = { classes: 3, labels: Uint8Array.of(0), probabilities: Float32Array.of(0.2, 0.4, 0.4) };
  expect(computeMetrics(tie).confusionMatrix[0]).toEqual([0, 1, 0]);
});

test('the first predictions keep order, labels and probabilities', () => {
  const scores = scoreAll(handMade);
  expect(scores.firstPredictions().slice(0, 2)).toEqual([
    { index: 0, label: 0, predicted: 0, probabilities: [0.75, 0.25, 0] },
    { index: 1, label: 0, predicted: 1, probabilities: [0.125, 0.5, 0.375] },
  ]);
  expect(scores.firstPredictions()).toHaveLength(5);
  expect(
    scoreAll(makeScoredLabels(500))
      .firstPredictions()
      .map(({ index }) => index),
  ).toEqual([...new Array(10).keys()]);
});

test.each([
  { name: 'no images', labels: [], message: /0 labels were received/ },
  { name: 'a label beyond the classes', labels: [0, 3], message: /image 1 has label 3, and labels 0 to 2/ },
])('refuses $name', ({ labels, message }) => {
  const scored = { classes: 3, labels: Uint8Array.from(labels), probabilities: new Float32Array(6) };
  expect(() => computeMetrics(scored)).toThrow(expect.objectContaining({ name: 'InvalidDataset' }));
  expect(() => computeMetrics(scored)).toThrow(message);
});

describe('properties', () => {
  const scoredLabels = fc
    .tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 120 }))
    .chain(([classes, count]) =>
      fc.record({
        classes: fc.constant(classes),
        labels: fc.uint8Array({ minLength: count, maxLength: count, max: classes - 1 }),
        probabilities: fc
          .array(fc.float({ min: 0, max: 1, noNaN: true }), {
            minLength: count * classes,
            maxLength: count * classes,
          })
          .map((values) => Float32Array.from(values)),
      }),
    );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  test('rows of the matrix sum to the supports, all cells to the images, the diagonal to the right answers', () => {
    fc.assert(
      fc.property(scoredLabels, (scored) => {
        const metrics = computeMetrics(scored);
        const { confusionMatrix, classes, testCount, errorCount } = metrics;
        expect(confusionMatrix.map(sum)).toEqual(classes.map(({ support }) => support));
        expect(sum(confusionMatrix.flat())).toBe(testCount);
        expect(sum(confusionMatrix.map((row, label) => row[label]!))).toBe(testCount - errorCount);
      }),
    );
  });

  test('accuracy is the recall weighted by support', () => {
    fc.assert(
      fc.property(scoredLabels, (scored) => {
        const { accuracy, classes, testCount } = computeMetrics(scored);
        expect(sum(classes.map(({ recall, support }) => recall * support)) / testCount).toBeCloseTo(
          accuracy,
          10,
        );
      }),
    );
  });

  test('the worst mistakes are wrong, sorted, and as many as there are errors up to 50', () => {
    fc.assert(
      fc.property(scoredLabels, (scored) => {
        const { worstMistakes, errorCount } = computeMetrics(scored);
        const confidences = worstMistakes.map(({ confidence }) => confidence);
        expect(worstMistakes).toHaveLength(Math.min(errorCount, 50));
        expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
        for (const { index, label, predicted } of worstMistakes) {
          expect(label).toBe(scored.labels[index]);
          expect(predicted).not.toBe(label);
        }
      }),
    );
  });
});
