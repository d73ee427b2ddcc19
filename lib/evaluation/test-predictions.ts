import { type TestPredictions, testPredictionsSchema } from '../contracts/test-predictions';
import type { TestScores } from './metrics';

/** The three columns of `test-predictions.json`. */
export type PredictionColumns = Pick<TestPredictions, 'labels' | 'predicted' | 'confidence'>;

/** Keeps only the highest probability of each image: 10,000 images of ten classes become 140 kB of JSON. */
export function columnsOf({ labels, predicted, confidence }: TestScores): PredictionColumns {
  const roundToFiveDecimals = (value: number) => Math.min(1, Math.round(value * 1e5) / 1e5);
  return {
    labels: Array.from(labels),
    predicted: Array.from(predicted),
    confidence: Array.from(confidence, roundToFiveDecimals),
  };
}

/** The file, on one line: one number per line would take five times the space. */
export function encodeTestPredictions(
  runId: string,
  contentKey: string,
  columns: PredictionColumns & Pick<TestPredictions, 'classNames' | 'evaluatedOn'>,
): Uint8Array {
  const value = testPredictionsSchema.parse({ schemaVersion: 1, runId, contentKey, ...columns });
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
