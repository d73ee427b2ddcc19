import { objectKeys } from '../../contracts/object-keys';
import { runRecordSchema } from '../../contracts/results';
import { isRepetition, type SweepResults, sweepResultsSchema } from '../../contracts/sweep';
import { getJson, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { summarizeValues } from '../../sweep/statistics';
import { isEnded, type SweepState, type Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';
import { endedState, readPrices } from './read-sweep';
import type { Winner } from './winner';
import { readWinnersUsd } from './winner-cost';
import { writeSweepPage } from './write-sweep-page';

/**
 * Ends a sweep: writes its page, and results.json last.
 *
 * @param state - without a job left.
 * @param winner - whose run is published.
 */
export async function writeResults(
  { sweep, trials }: SweepState,
  winner: Winner | undefined,
  { store, now }: Pick<StepContext, 'store' | 'now'>,
): Promise<{ readonly state: SweepState; readonly results: SweepResults }> {
  const { sweepId, createdAt, metric, stop, rungs, trialCount, maxCostUsd } = sweep;
  const values = trials.flatMap(({ value }) => value ?? []);
  const summary = isRepetition(sweep) ? summarizeValues(values) : undefined;
  const results: SweepResults = {
    schemaVersion: 1,
    sweepId,
    createdAt,
    finishedAt: now().toISOString(),
    ...{ metric, stop, rungs: [...rungs], trialCount, maxCostUsd },
    trials: trials.map(toResult),
    winner: winner === undefined ? null : await describeWinner(store, { sweep, trials }, winner),
    summary: summary === undefined ? null : { ...summary, interval: [...summary.interval] },
  };
  const state = endedState({ sweep, trials }, results);
  await writeSweepPage(store, state);
  await putJson(store, objectKeys.sweepResults(sweepId), sweepResultsSchema, results);
  return { state, results };
}

async function describeWinner(store: ObjectStore, state: SweepState, { best, runId }: Winner) {
  const { accuracy, loss } = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  const { trial, runId: ofTrial } = best;
  const prices = await readPrices(store, state.sweep.sweepId);
  const costUsd = prices === undefined ? 0 : await readWinnersUsd(store, state, prices);
  const tested = { winnerRunId: runId, testAccuracy: accuracy, testLoss: loss, costUsd };
  return { trial, runId: ofTrial, ...tested };
}

function toResult(trial: Trial): SweepResults['trials'][number] {
  const { status, epochs, value, error } = trial;
  if (!isEnded(status)) throw new Error(`Trial ${trial.trial} is ${status} at the end of its sweep`);
  return {
    ...{ trial: trial.trial, runId: trial.runId, drawn: trial.drawn, status, epochs: epochs.length },
    ...{ value: value ?? null, seconds: trial.seconds, costUsd: trial.costUsd },
    ...(error && { error: { name: error.name, message: error.message } }),
  };
}
