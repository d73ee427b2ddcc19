import { objectKeys } from '../../contracts/object-keys';
import { trainingSpendingSchema } from '../../contracts/results';
import type { SweepPrices } from '../../contracts/sweep';
import { forEachConcurrently } from '../../dataset/for-each-concurrently';
import { getJsonIfPresent } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { countMachines } from '../../sweep/machine-cost';
import type { SweepState } from '../../sweep/sweep-state';
import { readWinnersUsd } from './winner-cost';

const readsAtOnce = 16;

/** What a sweep has cost so far: US dollars, by list prices. */
export interface SweepSpending {
  /** By the number of the trial: its training, with attempts that were lost, and without starts of machines. */
  readonly trainingUsd: ReadonlyMap<number, number>;
  /** With the starts of machines, and with the runs of winners, of which an extended or continued sweep may have some. */
  readonly totalUsd: number;
}

export async function readSpending(
  store: ObjectStore,
  { sweep, trials }: SweepState,
  prices: SweepPrices,
): Promise<SweepSpending> {
  const { machineStartUsd, trainingSecondUsd } = prices;
  const trainingUsd = new Map<number, number>();
  let totalUsd = await readWinnersUsd(store, { sweep, trials }, prices);
  await forEachConcurrently(trials, readsAtOnce, async (trial) => {
    const key = objectKeys.trainingSpending(trial.runId);
    const spending = await getJsonIfPresent(store, key, trainingSpendingSchema);
    const dollars = Math.max(spending?.seconds ?? 0, trial.seconds) * trainingSecondUsd;
    trainingUsd.set(trial.trial, dollars);
    // A machine that was lost before the first epoch was started, too.
    const machines = Math.max(countMachines(trial, sweep), spending === undefined ? 0 : 1);
    totalUsd += dollars + machines * machineStartUsd;
  });
  return { trainingUsd, totalUsd };
}
