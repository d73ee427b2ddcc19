import type { Drawn, SettingValue } from '../../contracts/sweep';
import { countedRandom } from '../counted-random';
import { type Dimension, drawActive } from '../dimensions';
import { textOf } from '../domain';
import { estimateDistribution } from './parzen-estimator';
import { drawRandom } from './random';

/** Trials that are drawn at random, for lack of observations. */
const startupTrials = 10;
/** Candidates of which the best is taken. */
const candidateCount = 24;
/** How many observations are good ones. */
const countGood = (observedCount: number) => Math.min(Math.ceil(observedCount / 10), 25);

export interface Observation {
  readonly drawn: Drawn;
  /** Lower is better. */
  readonly value: number;
}

/**
 * The tree-structured Parzen estimator: J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl, Algorithms for hyper-parameter
 * optimization, NeurIPS 2011. Of each setting by itself, the distribution of the good trials and that of the others are
 * estimated; of candidates from the first, the one is taken whose probability is largest compared to the second, which
 * has the largest expected improvement. Numbers such as the share of good trials are Optuna's defaults.
 *
 * @param observed - earlier trials, the oldest first.
 */
export function drawTpe(
  dimensions: readonly Dimension[],
  seed: number,
  trial: number,
  observed: readonly Observation[],
): Drawn {
  if (observed.length < startupTrials) return drawRandom(dimensions, seed, trial);
  const ranked = [...observed.keys()].sort((one, other) => observed[one]!.value - observed[other]!.value);
  const good = new Set(ranked.slice(0, countGood(observed.length)));
  return drawActive(dimensions, ({ name, domain }) => {
    const valuesWhere = (isWanted: (index: number) => boolean): SettingValue[] =>
      observed.flatMap(({ drawn }, index) => {
        const value = drawn[name];
        return value !== undefined && isWanted(index) ? [value] : [];
      });
    const goodOnes = estimateDistribution(
      domain,
      valuesWhere((index) => good.has(index)),
    );
    const others = estimateDistribution(
      domain,
      valuesWhere((index) => !good.has(index)),
    );
    const candidates = Array.from({ length: candidateCount }, (_, candidate) => {
      const random = (purpose: string) => countedRandom(seed, 'tpe', trial, name, candidate, purpose);
      return goodOnes.sample(random('choose'), random('place'));
    });
    const distinct = [...new Map(candidates.map((value) => [textOf(value), value])).values()];
    const gains = distinct.map((value) => goodOnes.logProbability(value) - others.logProbability(value));
    return distinct[gains.indexOf(Math.max(...gains))]!;
  });
}
