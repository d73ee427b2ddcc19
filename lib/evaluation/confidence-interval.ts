/** Both in [0, 1]. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 97.5 % quantile: two-sided, 95 %. */
const z = 1.959964;

/**
 * Wilson's score interval of a proportion at 95 %. Wilson: Probable Inference, the Law of Succession, and Statistical
 * Inference, JASA 22 (1927). Unlike the normal approximation it stays in [0, 1] and is valid near 1, where accuracies are.
 *
 * @param count - at least 1.
 */
export function wilsonInterval(successCount: number, count: number): Interval {
  const fraction = successCount / count;
  const scale = 1 + z ** 2 / count;
  const center = (fraction + z ** 2 / (2 * count)) / scale;
  const halfWidth = (z * Math.sqrt((fraction * (1 - fraction)) / count + z ** 2 / (4 * count ** 2))) / scale;
  return { low: Math.max(0, center - halfWidth), high: Math.min(1, center + halfWidth) };
}
