import type { Claims } from './calibration';

/** What a threshold on the confidence gives: answers only where the model is at least as sure. */
export interface CoveragePoint {
  /** The smallest confidence that is still answered. */
  readonly threshold: number;
  /** Fraction of the images that get an answer. */
  readonly coverage: number;
  /** Fraction of those answers that are right. */
  readonly accuracy: number;
}

/**
 * Accuracy against coverage, the surest images first: El-Yaniv and Wiener, On the Foundations of Noise-free Selective
 * Classification, JMLR 11 (2010). Images of equal confidence are answered together. One point for each confidence that
 * occurs, in falling order; the last one covers everything.
 */
export function measureCoverage({ confidence, labels, predicted }: Claims): CoveragePoint[] {
  const count = labels.length;
  const rows = Array.from({ length: count }, (_, row) => row).sort((a, b) => confidence[b]! - confidence[a]!);
  const points: CoveragePoint[] = [];
  let rightCount = 0;
  for (const [position, row] of rows.entries()) {
    if (labels[row] === predicted[row]) rightCount += 1;
    const next = rows[position + 1];
    if (next !== undefined && confidence[next] === confidence[row]) continue;
    const answered = position + 1;
    points.push({
      threshold: confidence[row]!,
      coverage: answered / count,
      accuracy: rightCount / answered,
    });
  }
  return points;
}

/** The point with the largest coverage whose accuracy is at least `accuracy`; undefined where none is. */
export function largestCoverageAt(
  points: readonly CoveragePoint[],
  accuracy: number,
): CoveragePoint | undefined {
  return points.findLast((point) => point.accuracy >= accuracy);
}
