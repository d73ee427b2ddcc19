/** Whether two classifiers differ, from the test images on which only one of them is right. */
export interface McNemarTest {
  /** Images that the first got wrong and the second right. */
  readonly fixedCount: number;
  /** Images that the first got right and the second wrong. */
  readonly regressedCount: number;
  /** Two-sided: how often two equally good classifiers would differ at least this much. */
  readonly pValue: number;
}

/**
 * The exact McNemar test: under the null hypothesis each of the n discordant images falls to either side with
 * probability ½, so p = min(1, 2 · Σ_{k ≤ min} C(n, k) / 2ⁿ). McNemar, Psychometrika 12 (1947); for classifiers:
 * Dietterich, Neural Computation 10 (1998).
 */
export function testMcNemar(fixedCount: number, regressedCount: number): McNemarTest {
  const discordantCount = fixedCount + regressedCount;
  const smaller = Math.min(fixedCount, regressedCount);
  // log C(n, k) − n log 2, from one k to the next: the counts are too large for their factorials.
  let logTerm = -discordantCount * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= smaller; k += 1) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((discordantCount - k) / (k + 1));
  }
  return { fixedCount, regressedCount, pValue: Math.min(1, 2 * tail) };
}
