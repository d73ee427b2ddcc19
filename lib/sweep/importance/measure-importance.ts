import type { Drawn, Sweep } from '../../contracts/sweep';
import { boostTrees } from './boosted-trees';
import { cellDimensions } from './cells';
import { varianceShares } from './variance-shares';

export interface Importance {
  /** What each setting explains by itself, as a part of the variance; the most important first. */
  readonly shares: readonly { readonly name: string; readonly share: number }[];
  /** What only several settings together explain. */
  readonly together: number;
  /** R² of the trees on trials that were left out: near 0, the shares mean nothing. */
  readonly fit: number;
}

/** With fewer trials the shares are chance. */
export const minImportanceTrials = 10;

/**
 * Functional analysis of variance: Hutter, Hoos and Leyton-Brown, An Efficient Approach for Assessing Hyperparameter
 * Importance, ICML 2014. The variance is that over the whole space, not over the trials, so a sampler that prefers good
 * settings does not bias it. They take it from a random forest; here it comes from boosted trees, because with few
 * trials a forest finds weaker settings only after it has split by the strongest, and counts them as interactions.
 *
 * @param trials - settings, and a finite value.
 * @returns `undefined` if there are too few trials, or if nothing in them can be told from chance.
 */
export function measureImportance(
  space: Sweep['space'],
  trials: readonly { readonly drawn: Drawn; readonly value: number }[],
): Importance | undefined {
  if (trials.length < minImportanceTrials) return undefined;
  const dimensions = cellDimensions(
    space,
    trials.map(({ drawn }) => drawn),
  );
  const { leaves, fit } = boostTrees(
    dimensions,
    trials.map(({ value }) => value),
  );
  const parts = varianceShares(dimensions, leaves);
  if (parts === undefined) return undefined;
  const shares = dimensions
    .map(({ name }, index) => ({ name, share: parts[index]! }))
    .sort((a, b) => b.share - a.share);
  const alone = shares.reduce((sum, { share }) => sum + share, 0);
  return { shares, together: Math.max(0, 1 - alone), fit };
}
