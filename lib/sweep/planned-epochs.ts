import type { Sweep } from '../contracts/sweep';
import { halvingCounts } from './stopping/halving';

/** The epochs of all trials together, if none fails or ends early; with the rule `median`, at most so many. */
export function plannedEpochs(sweep: Sweep): number {
  const { stop, rungs, trialCount } = sweep;
  if (stop !== 'halving') return trialCount * rungs.at(-1)!;
  return halvingCounts(sweep).reduce(
    (sum, count, index) => sum + count * (rungs[index]! - (rungs[index - 1] ?? 0)),
    0,
  );
}
