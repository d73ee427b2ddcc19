import { objectKeys } from '../../lib/contracts/object-keys';
import {
  type Sweep,
  type SweepPrices,
  sweepExecutionsSchema,
  sweepPricesSchema,
  sweepSchema,
  sweepTrialSchema,
  trialRunId,
  winnerRunId,
} from '../../lib/contracts/sweep';
import { readSweep, readTrials } from '../../lib/pipeline/sweep/read-sweep';
import { planWinner } from '../../lib/pipeline/sweep/winner';
import { writeResults } from '../../lib/pipeline/sweep/write-results';
import { putJson } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';
import { makeSweep } from '../support/simulated-sweep';
import { putConfig, putFinishedRun, putHistory } from './finished-run';

/** A sweep whose trials train two epochs, as the runs of test/cloud/finished-run.ts. */
export async function putSweep(store: ObjectStore, changes: Partial<Sweep> = {}): Promise<Sweep> {
  const sweep = makeSweep({
    ...{ sweepId: 'friday', trialCount: 2, rungs: [2], settings: { validationFraction: 0.1 } },
    ...{ space: { dropout: { range: [0, 0.5] } }, maxParallel: 10 },
    ...changes,
  });
  await putJson(store, objectKeys.sweep(sweep.sweepId), sweepSchema, sweep);
  return sweep;
}

/** How many executions of a sweep were started. */
export async function putExecutionCount(store: ObjectStore, sweepId: string, count: number): Promise<void> {
  const key = objectKeys.sweepExecutions(sweepId);
  await putJson(store, key, sweepExecutionsSchema, { schemaVersion: 1, sweepId, count });
}

/** A machine costs 20 cents, and each second of training a cent. */
export async function putPrices(store: ObjectStore, sweepId: string): Promise<void> {
  const prices: SweepPrices = {
    ...{ schemaVersion: 1, sweepId, compute: 'cpu' },
    ...{ machineStartUsd: 0.2, trainingSecondUsd: 0.01 },
  };
  await putJson(store, objectKeys.sweepPrices(sweepId), sweepPricesSchema, prices);
}

export async function drawTrials(
  store: ObjectStore,
  sweepId: string,
  trials: readonly number[],
): Promise<void> {
  for (const trial of trials)
    await putJson(store, objectKeys.sweepTrial(sweepId, trial), sweepTrialSchema, {
      ...{ schemaVersion: 1, sweepId, trial, drawn: { dropout: (trial % 50) / 100 } },
    });
}

/** Epochs of a trial that is on its way. */
export async function trainTrial(
  store: ObjectStore,
  sweepId: string,
  trial: number,
  epochs: number,
): Promise<void> {
  await putConfig(store, trialRunId(sweepId, trial));
  if (epochs > 0) await putHistory(store, trialRunId(sweepId, trial), epochs);
}

export const finishTrial = (store: ObjectStore, sweepId: string, trial: number) =>
  putFinishedRun(store, trialRunId(sweepId, trial));

/** Does what an execution does that succeeds. */
export async function finishSweep(
  store: ObjectStore,
  sweepId: string,
  winnerStatus: 'accepted' | 'rejected' = 'accepted',
): Promise<void> {
  const sweep = (await readSweep(store, sweepId))!;
  const numbers = Array.from({ length: sweep.trialCount }, (_, index) => index + 1);
  await drawTrials(store, sweepId, numbers);
  for (const trial of numbers) await finishTrial(store, sweepId, trial);
  // With the ten seconds of the trial's epochs, at the price of `putPrices`.
  await putFinishedRun(store, winnerRunId(sweepId), winnerStatus, { costUsd: 0.1123 });
  const state = { sweep, trials: await readTrials(store, sweep) };
  const winner = (await planWinner(store, state))!;
  await writeResults(state, { ...winner, runId: winnerRunId(sweepId) }, { store, now: () => new Date() });
}
