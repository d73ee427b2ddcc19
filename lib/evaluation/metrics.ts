import { PermanentError } from '../contracts/errors';
import type { Metrics, Prediction } from '../contracts/results';

export type MetricValues = Omit<Metrics, 'schemaVersion' | 'runId'>;

/** Predictions of the model and true labels. */
export interface ScoredLabels {
  /** [count]: the true classes, 0 … classes-1. */
  readonly labels: Uint8Array;
  /** [count, classes], row-major, each row a softmax. */
  readonly probabilities: Float32Array;
  readonly classes: number;
}

/** Keras clips probabilities to [ε, 1-ε] before the logarithm: `keras.config.epsilon()`. */
const probabilityEpsilon = 1e-7;
const maxWorstMistakes = 50;

/** @throws PermanentError InvalidDataset for a label outside 0 … classes-1, or no labels at all. */
export function computeMetrics(scored: ScoredLabels): MetricValues {
  assertLabelsFit(scored);
  const predicted = predictedClasses(scored);
  const confusionMatrix = countConfusions(scored, predicted);
  const testCount = scored.labels.length;
  const correctCount = confusionMatrix.reduce((sum, row, label) => sum + row[label]!, 0);
  return {
    testCount,
    errorCount: testCount - correctCount,
    accuracy: correctCount / testCount,
    loss: meanCrossEntropy(scored),
    classes: confusionMatrix.map((_, label) => classMetrics(confusionMatrix, label)),
    confusionMatrix,
    worstMistakes: findWorstMistakes(scored, predicted),
  };
}

/** The first `count` rows in order, or all of them where there are fewer. */
export function firstPredictions(scored: ScoredLabels, count = 10): Prediction[] {
  const { labels, probabilities, classes } = scored;
  return Array.from(labels.subarray(0, count), (label, index) => {
    const row = probabilities.subarray(index * classes, (index + 1) * classes);
    return { index, label, predicted: indexOfLargest(row), probabilities: Array.from(row) };
  });
}

/** [count]: the class with the highest probability; the lower class on a tie, like numpy's argmax. */
export function predictedClasses({ labels, probabilities, classes }: ScoredLabels): Uint16Array {
  return Uint16Array.from(labels, (_, row) =>
    indexOfLargest(probabilities.subarray(row * classes, (row + 1) * classes)),
  );
}

/** Sparse categorical cross-entropy in nats, mean over the images. */
export function meanCrossEntropy({ labels, probabilities, classes }: ScoredLabels): number {
  let sum = 0;
  labels.forEach((label, row) => {
    const probability = probabilities[row * classes + label]!;
    sum -= Math.log(Math.min(Math.max(probability, probabilityEpsilon), 1 - probabilityEpsilon));
  });
  return sum / labels.length;
}

/** [classes][classes]: rows are true labels, columns predictions. */
function countConfusions({ labels, classes }: ScoredLabels, predicted: Uint16Array): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, row) => {
    matrix[label]![predicted[row]!]! += 1;
  });
  return matrix;
}

function classMetrics(confusionMatrix: readonly number[][], label: number) {
  const hits = confusionMatrix[label]![label]!;
  const support = confusionMatrix[label]!.reduce((sum, count) => sum + count, 0);
  const predictedCount = confusionMatrix.reduce((sum, row) => sum + row[label]!, 0);
  return {
    label,
    precision: divideOrZero(hits, predictedCount),
    recall: divideOrZero(hits, support),
    // 2PR / (P + R) with both fractions written out.
    f1: divideOrZero(2 * hits, predictedCount + support),
    support,
  };
}

function findWorstMistakes(
  { labels, probabilities, classes }: ScoredLabels,
  predicted: Uint16Array,
): MetricValues['worstMistakes'] {
  const mistakes: MetricValues['worstMistakes'] = [];
  labels.forEach((label, index) => {
    const wrong = predicted[index]!;
    if (wrong === label) return;
    mistakes.push({ index, label, predicted: wrong, confidence: probabilities[index * classes + wrong]! });
  });
  return mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index).slice(0, maxWorstMistakes);
}

function assertLabelsFit({ labels, classes }: ScoredLabels): void {
  if (labels.length === 0) {
    throw new PermanentError(
      'InvalidDataset',
      'There are no test images to measure: 0 labels were received, and at least 1 is needed. Check the test files of the dataset.',
    );
  }
  const row = labels.findIndex((label) => label >= classes);
  if (row === -1) return;
  throw new PermanentError(
    'InvalidDataset',
    `Test image ${row} has label ${labels[row]}, and labels 0 to ${classes - 1} are allowed. Set "classes" to the highest label plus one, or fix the labels file.`,
    { evidence: { row, label: labels[row]!, classes } },
  );
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if (values[index]! > values[best]!) best = index;
  }
  return best;
}

const divideOrZero = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
