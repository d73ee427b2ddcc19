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
/** Predictions of which all probabilities are kept. */
const firstCount = 10;

type Mistake = MetricValues['worstMistakes'][number];
type MistakeWithProbabilities = Mistake & { readonly probabilities: Float32Array };

/** @throws PermanentError InvalidDataset for a label outside 0 … classes-1, or no labels at all. */
export function computeMetrics(scored: ScoredLabels): MetricValues {
  const scores = new TestScores(scored.labels.length, scored.classes);
  scores.add(scored.labels, scored.probabilities);
  return scores.metrics();
}

/** The results of a test, which come in batches; 7 bytes an image. */
export class TestScores {
  /** [count]. */
  readonly labels: Uint8Array;
  /** [count]. */
  readonly predicted: Uint16Array;
  /** [count]: the probability of the prediction. */
  readonly confidence: Float32Array;
  readonly #confusionMatrix: number[][];
  #mistakes: MistakeWithProbabilities[] = [];
  readonly #first: Prediction[] = [];
  #loss = 0;
  #count = 0;

  constructor(
    count: number,
    private readonly classes: number,
  ) {
    this.labels = new Uint8Array(count);
    this.predicted = new Uint16Array(count);
    this.confidence = new Float32Array(count);
    this.#confusionMatrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /**
   * @param probabilities - [labels, classes], row-major, each row a softmax.
   * @throws PermanentError InvalidDataset for a label outside 0 … classes-1.
   */
  add(labels: ArrayLike<number>, probabilities: Float32Array): void {
    for (let row = 0; row < labels.length; row += 1) {
      this.addImage(labels[row]!, probabilities.subarray(row * this.classes, (row + 1) * this.classes));
    }
    this.#mistakes = worstOf(this.#mistakes);
  }

  /** @throws PermanentError InvalidDataset without images. */
  metrics(): MetricValues {
    refuseNoImages(this.#count);
    const correctCount = this.#confusionMatrix.reduce((sum, row, label) => sum + row[label]!, 0);
    return {
      testCount: this.#count,
      errorCount: this.#count - correctCount,
      accuracy: correctCount / this.#count,
      loss: this.#loss / this.#count,
      classes: this.#confusionMatrix.map((_, label) => classMetrics(this.#confusionMatrix, label)),
      confusionMatrix: this.#confusionMatrix,
      worstMistakes: this.#mistakes.map(({ probabilities: _, ...mistake }) => mistake),
    };
  }

  /** Of the first ten images, or all where there are fewer. */
  firstPredictions(): Prediction[] {
    return this.#first;
  }

  /** [classes]: the softmax for one of the worst mistakes. */
  probabilitiesOf(index: number): Float32Array {
    return this.#mistakes.find((mistake) => mistake.index === index)!.probabilities;
  }

  private addImage(label: number, probabilities: Float32Array): void {
    const index = this.#count;
    refuseOtherLabels(index, label, this.classes);
    const predicted = indexOfLargest(probabilities);
    const confidence = probabilities[predicted]!;
    this.labels[index] = label;
    this.predicted[index] = predicted;
    this.confidence[index] = confidence;
    this.#confusionMatrix[label]![predicted]! += 1;
    this.#loss -= clippedLogarithm(probabilities[label]!);
    this.#count += 1;
    if (index < firstCount)
      this.#first.push({ index, label, predicted, probabilities: Array.from(probabilities) });
    if (label !== predicted)
      this.#mistakes.push({ index, label, predicted, confidence, probabilities: probabilities.slice() });
  }
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

/** The most confident first. */
function worstOf<Each extends Mistake>(mistakes: readonly Each[]): Each[] {
  return [...mistakes]
    .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
    .slice(0, maxWorstMistakes);
}

const clippedLogarithm = (probability: number) =>
  Math.log(Math.min(Math.max(probability, probabilityEpsilon), 1 - probabilityEpsilon));

function refuseNoImages(count: number): void {
  if (count > 0) return;
  throw new PermanentError(
    'InvalidDataset',
    'There are no test images to measure: 0 labels were received, and at least 1 is needed. Check the test files of the dataset.',
  );
}

function refuseOtherLabels(row: number, label: number, classes: number): void {
  if (label < classes) return;
  throw new PermanentError(
    'InvalidDataset',
    `Test image ${row} has label ${label}, and labels 0 to ${classes - 1} are allowed. Set "classes" to the highest label plus one, or fix the labels file.`,
    { evidence: { row, label, classes } },
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
