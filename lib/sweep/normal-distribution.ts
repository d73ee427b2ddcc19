const scale = 1 / Math.sqrt(2 * Math.PI);

/** Of the standard normal distribution. */
export const normalDensity = (x: number) => scale * Math.exp((-x * x) / 2);

/** Where the series needs about as many terms as the fraction. */
const tailBegins = 3;

/**
 * P(Z < x) of the standard normal distribution, with a small relative error in the lower tail too. Series: G. Marsaglia,
 * Evaluating the normal distribution, J. Stat. Softw. 11 (2004); fraction: Abramowitz and Stegun, 26.2.14.
 */
function lowerProbability(x: number): number {
  if (x > tailBegins) return 1 - lowerProbability(-x);
  if (x < -tailBegins) {
    let denominator = -x;
    // As many as give twelve digits, fewer farther out.
    for (let term = Math.ceil(4 + 300 / (x * x)); term > 0; term -= 1) denominator = -x + term / denominator;
    return normalDensity(x) / denominator;
  }
  let term = x;
  let [sum, previous] = [x, 0];
  for (let power = 3; sum !== previous; power += 2) {
    term *= (x * x) / power;
    previous = sum;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** P(low < Z < high) of the standard normal distribution. */
export function normalProbability(low: number, high: number): number {
  // In the upper tail both probabilities are near 1, and their difference is rounded away.
  return low > 0
    ? lowerProbability(-low) - lowerProbability(-high)
    : lowerProbability(high) - lowerProbability(low);
}

/** Halvings of the interval: to twelve digits of it. */
const halvings = 40;

/**
 * A value of the standard normal distribution between two limits, found by bisection.
 *
 * @param unit - in [0, 1): the part of the probability between the limits that is below the value.
 * @param low - not above 0. @param high - not below 0.
 */
export function truncatedNormalQuantile(unit: number, low: number, high: number): number {
  const wanted = lowerProbability(low) + unit * normalProbability(low, high);
  let [from, to] = [low, high];
  for (let round = 0; round < halvings; round += 1) {
    const middle = (from + to) / 2;
    if (lowerProbability(middle) < wanted) from = middle;
    else to = middle;
  }
  return from;
}
