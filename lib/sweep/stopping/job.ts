import type { Sweep } from '../../contracts/sweep';
import { minimized, type Trial, valueAfter } from '../sweep-state';

/** A trial is trained until it has this many epochs, or until it ends early. */
export interface Job {
  readonly trial: number;
  readonly untilEpoch: number;
}

/** What a stopping rule looks at. */
export interface Contender {
  readonly trial: number;
  readonly isRunning: boolean;
  readonly isFailed: boolean;
  /** The minimized value at each rung that it has reached. */
  readonly rungValues: readonly number[];
}

/** Chooses one more job; `undefined` if there is none, at least until a running one ends. */
export type StoppingRule = (sweep: Sweep, contenders: readonly Contender[]) => Job | undefined;

export function contend(trial: Trial, { rungs, metric }: Sweep): Contender {
  const { status, epochs, config } = trial;
  const isFinished = status === 'finished';
  const isReached = (rung: number, index: number) =>
    // The last rung is reached when the run has its results, not when the last epoch is trained.
    isFinished || (index < rungs.length - 1 && epochs.length >= rung);
  return {
    trial: trial.trial,
    isRunning: status === 'running',
    isFailed: status === 'failed',
    rungValues: rungs
      .filter(isReached)
      .map((rung) => minimized(valueAfter(epochs.slice(0, rung), config, metric), metric)),
  };
}

/** The next trial that no job has drawn, to its first rung. */
export function drawNext({ trialCount, rungs }: Sweep, contenders: readonly Contender[]): Job | undefined {
  const trial = contenders.length + 1;
  return trial > trialCount ? undefined : { trial, untilEpoch: rungs[0]! };
}

/** Those that have reached a rung, counted from 0: the best first, of equal ones the lowest number. */
export function rank(contenders: readonly Contender[], rung: number): Contender[] {
  return contenders
    .filter(({ rungValues }) => rungValues.length > rung)
    .sort((a, b) => a.rungValues[rung]! - b.rungValues[rung]! || a.trial - b.trial);
}

/** Whether a contender pauses at a rung, from which it may be promoted. */
export const pausesAt = ({ isRunning, isFailed, rungValues }: Contender, rung: number) =>
  !isRunning && !isFailed && rungValues.length === rung + 1;

/**
 * When nothing else is left, the best of the highest rung goes on, so that a sweep has a winner if it is small, or if those
 * that went on failed.
 */
export function crownBest({ rungs }: Sweep, contenders: readonly Contender[]): Job | undefined {
  if (contenders.some(({ isRunning }) => isRunning)) return undefined;
  const alive = contenders.filter(({ isFailed }) => !isFailed);
  const highest = Math.max(0, ...alive.map(({ rungValues }) => rungValues.length)) - 1;
  const [best] = highest < 0 ? [] : rank(alive, highest);
  const untilEpoch = rungs[highest + 1];
  return best === undefined || untilEpoch === undefined ? undefined : { trial: best.trial, untilEpoch };
}
