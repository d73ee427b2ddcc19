import { PermanentError } from '../../contracts/errors';
import { isRepetition, type Sweep, type SweepPrices } from '../../contracts/sweep';
import type { Job } from '../../sweep/stopping/job';
import type { SweepState, Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';
import { readSpending } from './sweep-spending';

/** A job, and what its run may cost for all its training so far and in the job: US dollars, without starts of machines. */
export type PaidJob = Job & { readonly costLimitUsd?: number };

/**
 * Divides what is left of the sweep's cost limit among its next jobs: each gets its price, by the time of the epochs so
 * far, and an equal part of the rest. Those that it does not pay for are left out, the last first. The machine of the
 * winner is set aside.
 *
 * @returns fewer jobs, or none, when the limit is reached.
 * @throws PermanentError InvalidInput for a limit that pays for no training at all.
 */
export async function shareBudget(
  jobs: readonly Job[],
  { sweep, trials }: SweepState,
  prices: SweepPrices,
  { store }: Pick<StepContext, 'store'>,
): Promise<PaidJob[]> {
  const { maxCostUsd } = sweep;
  if (maxCostUsd === 0 || jobs.length === 0) return [...jobs];
  const { machineStartUsd, trainingSecondUsd } = prices;
  const { trainingUsd: spent, totalUsd } = await readSpending(store, { sweep, trials }, prices);
  const left = maxCostUsd - totalUsd - (isRepetition(sweep) ? 0 : machineStartUsd);
  const epochSeconds = estimateEpochSeconds(trials);
  const priceOf = ({ trial, untilEpoch }: Job) => {
    const epochs = untilEpoch - (trials[trial - 1]?.epochs.length ?? 0);
    return machineStartUsd + Math.max(leastSeconds, epochs * epochSeconds) * trainingSecondUsd;
  };
  const paid = takeWhilePaid(jobs, priceOf, left);
  if (paid.length === 0 && trials.length === 0) throw paysForNothing(sweep, left, priceOf(jobs[0]!));
  const surplus = left - paid.reduce((sum, job) => sum + priceOf(job), 0);
  return paid.map((job) => {
    const trainingUsd = priceOf(job) - machineStartUsd + surplus / paid.length;
    return { ...job, costLimitUsd: (spent.get(job.trial) ?? 0) + trainingUsd };
  });
}

/** That a job must be able to pay for. */
const leastSeconds = 1;

/** The median of the trials, because one may have waited or have a larger network; 0 before any epoch. */
function estimateEpochSeconds(trials: readonly Trial[]): number {
  const each = trials
    .filter(({ epochs }) => epochs.length > 0)
    .map(({ epochs, seconds }) => seconds / epochs.length)
    .sort((a, b) => a - b);
  return each[each.length >> 1] ?? 0;
}

function takeWhilePaid(jobs: readonly Job[], priceOf: (job: Job) => number, dollars: number): Job[] {
  const paid: Job[] = [];
  let left = dollars;
  for (const job of jobs) {
    left -= priceOf(job);
    if (left < 0) break;
    paid.push(job);
  }
  return paid;
}

function paysForNothing({ sweepId, maxCostUsd }: Sweep, left: number, least: number): PermanentError {
  const needed = maxCostUsd - left + least;
  return new PermanentError(
    'InvalidInput',
    `The cost limit of $${maxCostUsd} (maxCostUsd) does not pay for one epoch: start and end of a machine alone cost $${least.toFixed(4)}, for each trial and for the winner. To continue it: mnist-pipeline sweep --cloud --sweep-id ${sweepId} --max-cost-usd N, with more than ${needed.toFixed(2)}, and the price of the epochs.`,
    { evidence: { sweepId, maxCostUsd, least } },
  );
}
