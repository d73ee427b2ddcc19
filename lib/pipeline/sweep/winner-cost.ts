import { objectKeys } from '../../contracts/object-keys';
import { historySchema, runRecordSchema, sumSeconds } from '../../contracts/results';
import { laterWinnerRunId, type SweepPrices, winnerRunId } from '../../contracts/sweep';
import { forEachConcurrently } from '../../dataset/for-each-concurrently';
import { getJsonIfPresent } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import type { SweepState } from '../../sweep/sweep-state';

const readsAtOnce = 16;

/**
 * What a sweep has paid for its winners beside its trials: US dollars, by list prices. A sweep that was extended may have
 * had several. The record of a winner has the training of its trial, too, which the trial has paid for.
 */
export async function readWinnersUsd(
  store: ObjectStore,
  { sweep: { sweepId }, trials }: SweepState,
  { trainingSecondUsd }: Pick<SweepPrices, 'trainingSecondUsd'>,
): Promise<number> {
  const later = trials.filter(({ status }) => status === 'finished');
  const runIds = [winnerRunId(sweepId), ...later.map(({ trial }) => laterWinnerRunId(sweepId, trial))];
  let dollars = 0;
  await forEachConcurrently(runIds, readsAtOnce, async (runId) => {
    const record = await getJsonIfPresent(store, objectKeys.runRecord(runId), runRecordSchema);
    if (record === undefined) return;
    const history = await getJsonIfPresent(store, objectKeys.history(runId), historySchema);
    // A winner trains no epoch: all those in its history are the trial's.
    const takenOverUsd = sumSeconds(history?.epochs ?? []) * trainingSecondUsd;
    // The price of a second is that of the sweep's beginning, and may have changed until its end.
    dollars += Math.max(0, (record.costUsd ?? 0) - takenOverUsd);
  });
  return dollars;
}
