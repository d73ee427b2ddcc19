import { isNamed, type PipelineError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { runRecordSchema } from '../../contracts/results';
import { type RunConfig, storedRunConfigSchema } from '../../contracts/run-config';
import {
  isRepetition,
  laterWinnerRunId,
  type Sweep,
  type SweepResults,
  sweepResultsSchema,
  winnerRunId,
} from '../../contracts/sweep';
import { getJson, getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { summarizeValues } from '../../sweep/statistics';
import { bestTrial, isEnded, type SweepState, type Trial } from '../../sweep/sweep-state';
import type { StepContext } from '../step-context';
import { register } from '../steps/register';
import { stopIfPaused } from './read-sweep';
import type { Trainers } from './trainers';
import { writeSweepPage } from './write-sweep-page';

export interface FinishedSweep {
  readonly state: SweepState;
  readonly results: SweepResults;
  /** The winner's test accuracy is below `minAccuracy`: the results are written, and its model is not registered. */
  readonly gateFailure?: PipelineError;
}

/**
 * Ends a sweep that has no job left: the winner alone meets the test set, as a run of its own, and results.json is written
 * last.
 */
export async function finishSweep(
  { sweep, trials: left }: SweepState,
  trainers: Trainers,
  context: StepContext,
): Promise<FinishedSweep> {
  const { sweepId, createdAt, metric, stop, rungs } = sweep;
  const trials = left.map(stopIfPaused);
  const best = isRepetition(sweep) ? undefined : bestTrial({ sweep, trials });
  const { winner, gateFailure } = best === undefined ? {} : await testWinner(sweep, best, trainers, context);
  const values = trials.flatMap(({ value }) => value ?? []);
  const summary = isRepetition(sweep) ? summarizeValues(values) : undefined;
  const results: SweepResults = {
    schemaVersion: 1,
    sweepId,
    createdAt,
    finishedAt: context.now().toISOString(),
    ...{ metric, stop, rungs: [...rungs] },
    trials: trials.map(toResult),
    winner: winner ?? null,
    summary: summary === undefined ? null : { ...summary, interval: [...summary.interval] },
  };
  const state: SweepState = {
    ...{ sweep, trials },
    ...(results.winner && { winner: results.winner }),
    ...(results.summary && { summary: results.summary }),
  };
  await writeSweepPage(context.store, state);
  await putJson(context.store, objectKeys.sweepResults(sweepId), sweepResultsSchema, results);
  return { state, results, ...(gateFailure && { gateFailure }) };
}

/** Its epochs are the trial's: none is trained again. */
async function testWinner(sweep: Sweep, best: Trial, trainers: Trainers, context: StepContext) {
  const { store, notify, signal } = context;
  const { minAccuracy } = sweep.settings as Partial<RunConfig>;
  const config: RunConfig = {
    ...best.config,
    ...(minAccuracy !== undefined && { minAccuracy }),
    evaluateOn: 'test',
    resumeFrom: best.runId,
  };
  const runId = await nameWinner(store, sweep.sweepId, best);
  const isPublished = (await store.head(objectKeys.runRecord(runId))) !== undefined;
  notify({ type: 'note', message: `Testing the best trial, ${best.runId}, as ${runId}` });
  const quiet = { ...context, notify: () => {} };
  if (!isPublished) await trainers.train({ runId, config }, quiet.notify, signal);
  const gateFailure = await register({ runId }, quiet).then(() => undefined, keepGateFailure);
  const { accuracy, loss } = await getJson(store, objectKeys.runRecord(runId), runRecordSchema);
  const { trial, runId: ofTrial } = best;
  const winner = { trial, runId: ofTrial, winnerRunId: runId, testAccuracy: accuracy, testLoss: loss };
  return { winner, gateFailure };
}

function keepGateFailure(error: unknown): PipelineError {
  if (isNamed(error, 'QualityGateFailed')) return error;
  throw error;
}

/** A finished run never changes: where an extended sweep has another winner, that is another run. */
async function nameWinner(store: ObjectStore, sweepId: string, best: Trial): Promise<string> {
  const runId = winnerRunId(sweepId);
  const stored = await getJsonIfPresent(store, objectKeys.config(runId), storedRunConfigSchema);
  if (stored === undefined || stored.config.resumeFrom === best.runId) return runId;
  return laterWinnerRunId(sweepId, best.trial);
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
