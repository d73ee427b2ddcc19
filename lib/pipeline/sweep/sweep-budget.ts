import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { trainingSpendingSchema } from '../../contracts/results';
import { isRepetition, type SweepPrices } from '../../contracts/sweep';
import { getJsonIfPresent } from '../../store/json-objects';
import { countMachines } from '../../sweep/machine-cost';
import type { Job } from '../../sweep/stopping/job';
import type { SweepState, Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';

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
  const spent = new Map<number, number>();
  let left = maxCostUsd - (isRepetition(sweep) ? 0 : machineStartUsd);
  for (const trial of trials) {
    const spending = await getJsonIfPresent(
      store,
      objectKeys.trainingSpending(trial.runId),
      trainingSpendingSchema,
    );
    // The spending has lost attempts too.
    const trainingUsd = Math.max(spending?.seconds ?? 0, trial.seconds) * trainingSecondUsd;
    spent.set(trial.trial, trainingUsd);
    left -= trainingUsd + countMachines(trial, sweep) * machineStartUsd;
  }
  const epochSeconds = estimateEpochSeconds(trials);
  const priceOf = ({ trial, untilEpoch }: Job) => {
    const epochs = untilEpoch - (trials[trial - 1]?.epochs.length ?? 0);
    return machineStartUsd + Math.max(leastSeconds, epochs * epochSeconds) * trainingSecondUsd;
  };
  const paid = takeWhilePaid(jobs, priceOf, left);
  if (paid.length === 0 && trials.length === 0) throw paysForNothing(maxCostUsd, left, priceOf(jobs[0]!));
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

function paysForNothing(maxCostUsd: number, left: number, least: number): PermanentError {
  const needed = maxCostUsd - left + least;
  return new PermanentError(
    'InvalidInput',
    `The cost limit of $${maxCostUsd} (maxCostUsd) does not pay for one epoch: start and end of a machine alone cost $${least.toFixed(4)}, for each trial and for the winner. Start another sweep with more than $${needed.toFixed(2)}, and the price of the epochs.`,
    { evidence: { maxCostUsd, least } },
  );
}
