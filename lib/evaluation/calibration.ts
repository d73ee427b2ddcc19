/** Confidence and correctness of each prediction. */
export interface Claims {
  /** [count]: the probability of the prediction, in [0, 1]. */
  readonly confidence: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** Predictions with a confidence in (`from`, `to`]; the first bin includes 0. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean over the bin; 0 for an empty one. */
  readonly confidence: number;
  /** Fraction of correct answers in the bin; 0 for an empty one. */
  readonly accuracy: number;
}

export interface Calibration {
  /** In [0, 1]; 0 for a model whose confidence equals its accuracy. */
  readonly expectedCalibrationError: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Expected calibration error over equal bins of confidence: Σ (bin's count / count) · |accuracy − confidence|.
 * Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017, equation 3; with the same 15 bins.
 */
export function measureCalibration({ confidence, labels, predicted }: Claims, binCount = 15): Calibration {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, rightCount: 0 }));
  const count = labels.length;
  for (let row = 0; row < count; row += 1) {
    const claimed = confidence[row]!;
    const bin = sums[Math.min(binCount - 1, Math.max(0, Math.ceil(claimed * binCount) - 1))]!;
    bin.count += 1;
    bin.confidence += claimed;
    if (labels[row] === predicted[row]) bin.rightCount += 1;
  }
  const bins = sums.map((bin, index) => ({
    from: index / binCount,
    to: (index + 1) / binCount,
    count: bin.count,
    confidence: bin.count === 0 ? 0 : bin.confidence / bin.count,
    accuracy: bin.count === 0 ? 0 : bin.rightCount / bin.count,
  }));
  const gaps = bins.map((bin) => (bin.count / count) * Math.abs(bin.accuracy - bin.confidence));
  return { expectedCalibrationError: gaps.reduce((sum, gap) => sum + gap, 0), bins };
}
