import type { Drawn } from '../../contracts/sweep';
import { countedRandom } from '../counted-random';
import type { Dimension } from '../dimensions';
import { estimateDistribution } from './parzen-estimator';
import { drawRandom } from './random';

/** Without so many values, trials are drawn at random. */
const startupValues = 10;
/** Candidates of which the best is taken. */
const candidateCount = 24;
/** How many trials are good ones. */
const countGood = (valueCount: number) => Math.min(Math.ceil(valueCount / 10), 25);

export interface Observation {
  readonly drawn: Drawn;
  /** Lower is better; infinite without a value. */
  readonly value: number;
}

/**
 * The tree-structured Parzen estimator: J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl, Algorithms for hyper-parameter
 * optimization, NeurIPS 2011. The distribution of the good trials and that of the others are estimated; of candidates from
 * the first, the one is taken whose density is largest compared to the second, which has the largest expected improvement.
 * All settings are estimated together, as S. Falkner, A. Klein and F. Hutter do in BOHB, ICML 2018. Numbers such as the
 * share of good trials are Optuna's defaults.
 *
 * A trial without a value is one of the others. So trials that are drawn while it runs do not repeat it, and settings near
 * those that failed are avoided.
 *
 * @param observed - earlier trials, the oldest first.
 */
export function drawTpe(
  dimensions: readonly Dimension[],
  seed: number,
  trial: number,
  observed: readonly Observation[],
): Drawn {
  const valueCount = observed.filter(({ value }) => Number.isFinite(value)).length;
  if (valueCount < startupValues) return drawRandom(dimensions, seed, trial);
  const ranked = [...observed.keys()].sort((one, other) => observed[one]!.value - observed[other]!.value);
  const good = new Set(ranked.slice(0, countGood(valueCount)));
  const estimateWhere = (isGood: boolean) =>
    estimateDistribution(
      dimensions,
      observed.filter((_, index) => good.has(index) === isGood).map(({ drawn }) => drawn),
    );
  const [goodOnes, others] = [estimateWhere(true), estimateWhere(false)];
  const candidates = Array.from({ length: candidateCount }, (_, candidate) => {
    const random = (...purpose: string[]) => countedRandom(seed, 'tpe', trial, candidate, ...purpose);
    return goodOnes.sample(random('choose'), (name) => random('place', name));
  });
  const gains = candidates.map((drawn) => goodOnes.logDensity(drawn) - others.logDensity(drawn));
  return candidates[gains.indexOf(Math.max(...gains))]!;
}
