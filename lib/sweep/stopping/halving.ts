import type { Sweep } from '../../contracts/sweep';
import { type Contender, drawNext, type Job, pausesAt, rank, type StoppingRule } from './job';

/** The reduction factor, eta: one of so many goes on. */
const reduction = 3;

/**
 * Successive halving. Where one trial runs at a time, a rung is decided when all its trials have reached it: Jamieson and
 * Talwalkar, arXiv:1502.07943. Where several run side by side, a trial goes on as soon as it is in the best third of those
 * that have reached its rung so far, so that nothing waits: ASHA, Li et al., arXiv:1810.05934.
 */
export const halving: StoppingRule = (sweep, contenders) =>
  sweep.maxParallel === 1 ? nextOfRung(sweep, contenders) : nextAtOnce(sweep, contenders);

/**
 * The rungs of a training: its epochs, divided by three again and again while more than one trial is left at each.
 */
export function halvingRungs(epochs: number, trialCount: number): number[] {
  const rungs = [epochs];
  for (let trials = share(trialCount); trials >= 1; trials = share(trials)) {
    const rung = Math.round(epochs / reduction ** rungs.length);
    if (rung < 1 || rung === rungs[0]) break;
    rungs.unshift(rung);
  }
  return rungs;
}

/** How many trials reach each rung, failed ones included. */
export function halvingCounts({ rungs, trialCount }: Pick<Sweep, 'rungs' | 'trialCount'>): number[] {
  const counts = [trialCount];
  while (counts.length < rungs.length) counts.push(Math.max(1, share(counts.at(-1)!)));
  return counts;
}

const share = (count: number) => Math.floor(count / reduction);

function nextOfRung(sweep: Sweep, contenders: readonly Contender[]): Job | undefined {
  const draw = drawNext(sweep, contenders);
  if (draw !== undefined) return draw;
  // Failed trials count: they are the worst of their rung.
  const counts = halvingCounts(sweep);
  for (const [rung, untilEpoch] of sweep.rungs.slice(1).entries()) {
    const next = rank(contenders, rung)
      .slice(0, counts[rung + 1])
      .find((contender) => pausesAt(contender, rung));
    if (next !== undefined) return { trial: next.trial, untilEpoch };
  }
  return undefined;
}

function nextAtOnce(sweep: Sweep, contenders: readonly Contender[]): Job | undefined {
  const { rungs } = sweep;
  for (let rung = rungs.length - 2; rung >= 0; rung -= 1) {
    const next = rank(contenders, rung)
      .slice(0, share(countAt(contenders, rung)))
      .find((contender) => pausesAt(contender, rung));
    if (next !== undefined) return { trial: next.trial, untilEpoch: rungs[rung + 1]! };
  }
  return drawNext(sweep, contenders);
}

/** The trials that have reached a rung, or failed on the way to it. */
function countAt(contenders: readonly Contender[], rung: number): number {
  return contenders.filter(
    ({ rungValues, isFailed }) => rungValues.length > rung || (isFailed && rungValues.length === rung),
  ).length;
}
