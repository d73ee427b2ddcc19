import { type Contender, drawNext, pausesAt, type StoppingRule } from './job';

/** So many earlier trials must have reached a rung before it stops one. */
const minEarlier = 5;

/**
 * The median rule: a trial that is worse at a rung than the median of the earlier trials there does not go on. Golovin et
 * al., Google Vizier, KDD 2017, section 3.2, with the trial's value at the rung in place of its average until then.
 */
export const median: StoppingRule = (sweep, contenders) => {
  const { rungs } = sweep;
  const next = contenders.find((contender) => {
    const rung = contender.rungValues.length - 1;
    return (
      rung >= 0 && rung < rungs.length - 1 && pausesAt(contender, rung) && goesOn(contender, rung, contenders)
    );
  });
  if (next === undefined) return drawNext(sweep, contenders);
  return { trial: next.trial, untilEpoch: rungs[next.rungValues.length]! };
};

/** Four decisions: after a quarter of the training, its half, three quarters, and the whole. */
export function medianRungs(epochs: number): number[] {
  return [...new Set([1, 2, 3, 4].map((quarter) => Math.ceil((epochs * quarter) / 4)))];
}

function goesOn({ trial, rungValues }: Contender, rung: number, contenders: readonly Contender[]): boolean {
  const earlier = contenders
    .filter((other) => other.trial < trial)
    .flatMap((other) => other.rungValues[rung] ?? (other.isFailed ? [Number.POSITIVE_INFINITY] : []))
    .sort((a, b) => a - b);
  if (earlier.length < minEarlier) return true;
  const [low, high] = [(earlier.length - 1) >> 1, earlier.length >> 1].map((index) => earlier[index]!);
  return rungValues[rung]! <= (low! + high!) / 2;
}
