export interface Summary {
  readonly mean: number;
  /** Of the sample: divided by the count minus 1. */
  readonly standardDeviation: number;
  /** Of the mean, at 95 %, by Student's t. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Values of folds or seeds, taken as independent and normal. Folds share training images, so their interval is rather
 * too narrow; there is no unbiased one (Bengio and Grandvalet, JMLR 5, 2004).
 *
 * @returns `undefined` for fewer than two values, which have no deviation.
 */
export function summarizeValues(values: readonly number[]): Summary | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / (count - 1));
  const halfWidth = (studentQuantile(count - 1) * standardDeviation) / Math.sqrt(count);
  return { mean, standardDeviation, interval: [mean - halfWidth, mean + halfWidth] };
}

/** Halvings of [0, π/2]: more than a double has bits. */
const halvings = 60;

/**
 * Two-sided 95 % quantile of Student's t, found in its distribution by bisection.
 *
 * @param degreesOfFreedom - a whole number from 1.
 */
export function studentQuantile(degreesOfFreedom: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let round = 0; round < halvings; round += 1) {
    const middle = (low + high) / 2;
    if (probabilityWithin(middle, degreesOfFreedom) < 0.95) low = middle;
    else high = middle;
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan(low);
}

/**
 * P(|T| ≤ t) where `angle` = arctan(t / √ν), for whole ν: Abramowitz and Stegun, Handbook of Mathematical Functions,
 * 26.7.3 and 26.7.4. Each term of their sums is the one before it times cos² and a fraction.
 */
function probabilityWithin(angle: number, degreesOfFreedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= degreesOfFreedom - 2; power += 2) {
    sum += term;
    term *= (cosine ** 2 * (power + 1)) / (power + 2);
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
