import type { Sweep } from '../contracts/sweep';
import { halving } from './stopping/halving';
import { type Contender, contend, crownBest, drawNext, type Job, type StoppingRule } from './stopping/job';
import { median } from './stopping/median';
import type { SweepState, Trial } from './sweep-state';

const rules: Readonly<Record<Sweep['stop'], StoppingRule>> = {
  none: drawNext,
  median,
  halving,
};

/**
 * The jobs to start now, a function of the state alone: trials that were interrupted on their way first, then what the
 * stopping rule chooses. With those that run already they are never more than `maxParallel`. A sweep with no job and no
 * running trial is over.
 */
export function nextJobs({ sweep, trials }: SweepState): Job[] {
  const running = trials.filter(({ status }) => status === 'running').length;
  const places = Math.max(0, sweep.maxParallel - running);
  const interrupted = trials.flatMap((trial) => continueInterrupted(trial, sweep));
  // A rule must not decide about trials whose rung is still open.
  if (interrupted.length > places) return interrupted.slice(0, places);
  const jobs = interrupted;
  const contenders = trials.map((trial) => contend(trial, sweep));
  for (const job of jobs) start(job, contenders);
  while (jobs.length < places) {
    const job = rules[sweep.stop](sweep, contenders) ?? crownBest(sweep, contenders);
    if (job === undefined) break;
    jobs.push(job);
    start(job, contenders);
  }
  return jobs;
}

/** A trial that does not pause at a rung has lost its process. */
function continueInterrupted(trial: Trial, sweep: Sweep): Job[] {
  const { status, epochs } = trial;
  if (status !== 'waiting' && status !== 'paused') return [];
  const reached = contend(trial, sweep).rungValues.length;
  if (reached > 0 && epochs.length === sweep.rungs[reached - 1]) return [];
  return [{ trial: trial.trial, untilEpoch: sweep.rungs[reached]! }];
}

function start({ trial }: Job, contenders: Contender[]): void {
  const index = trial - 1;
  const earlier = contenders[index] ?? { trial, isFailed: false, rungValues: [] };
  contenders[index] = { ...earlier, isRunning: true };
}
