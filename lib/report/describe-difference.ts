import type { Difference } from './compare-runs';
import { formatPoints, formatProbability } from './format-values';

/** Below this p value a difference is called significant. */
const significance = 0.05;

/** How much better or worse a run is than another, and whether chance explains it, as a sentence. */
export function describeDifference(run: string, other: string, { accuracyGain, test }: Difference): string {
  const comparison =
    accuracyGain === 0
      ? `${run} and ${other} are equally accurate`
      : `${run} is ${formatPoints(Math.abs(accuracyGain))} ${accuracyGain > 0 ? 'better' : 'worse'} than ${other}`;
  if (test === undefined)
    return `${comparison}; they were not tested on the same images, so the difference cannot be tested for chance.`;
  const { fixedCount, regressedCount, pValue } = test;
  if (fixedCount + regressedCount === 0) return `${comparison}; no image was fixed or regressed.`;
  const verdict = pValue < significance ? 'more than chance explains' : 'which chance can explain';
  return `${comparison}: ${fixedCount} images fixed, ${regressedCount} regressed, ${verdict} (McNemar, ${formatProbability(pValue)}).`;
}
