import type { Claims } from './calibration';

/** The result of a confidence threshold: only images with at least this confidence are answered. */
export interface CoveragePoint {
  /** The lowest confidence that is answered. */
  readonly threshold: number;
  /** Fraction of images that are answered. */
  readonly coverage: number;
  /** Fraction of these answers that are correct. */
  readonly accuracy: number;
}

/**
 * Accuracy against coverage, in descending order of confidence: El-Yaniv and Wiener, On the Foundations of Noise-free Selective
 * Classification, JMLR 11 (2010). Images of equal confidence are answered together. One point per
 * distinct confidence; the last one covers all images.
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

/** The point with the largest coverage whose accuracy is at least `accuracy`; undefined if there is none. */
export function largestCoverageAt(
  points: readonly CoveragePoint[],
  accuracy: number,
): CoveragePoint | undefined {
  return points.findLast((point) => point.accuracy >= accuracy);
}
