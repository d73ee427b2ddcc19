import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { historySchema, sumSeconds } from '../../contracts/results';
import {
  type Sweep,
  sweepFailureSchema,
  sweepResultsSchema,
  sweepSchema,
  sweepTrialSchema,
  trialRunId,
} from '../../contracts/sweep';
import { getJson, getJsonIfPresent } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { configOf } from '../../sweep/sampler';
import { type SweepState, type Trial, valueAfter } from '../../sweep/sweep-state';
import { readRun } from '../list-runs';

/** The ids of all sweeps in a store, sorted. */
export async function listSweepIds(store: ObjectStore): Promise<string[]> {
  const sweepIds: string[] = [];
  for await (const { key } of store.list(objectKeys.sweeps)) {
    const sweepId = key.slice(objectKeys.sweeps.length).split('/')[0]!;
    if (key === objectKeys.sweep(sweepId)) sweepIds.push(sweepId);
  }
  return sweepIds;
}

/** @returns `undefined` if there is no such sweep. */
export function readSweep(store: ObjectStore, sweepId: string): Promise<Sweep | undefined> {
  return getJsonIfPresent(store, objectKeys.sweep(sweepId), sweepSchema);
}

/** @returns the results of a sweep that is over; `undefined` for one that is not, or that was extended since. */
export async function readResults(store: ObjectStore, { sweepId, trialCount }: Sweep) {
  const results = await getJsonIfPresent(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  return results?.trials.length === trialCount ? results : undefined;
}

/** Everything that is known about a sweep, from its own files and those of its runs. */
export async function readSweepState(store: ObjectStore, sweep: Sweep): Promise<SweepState> {
  const trials = await readTrials(store, sweep);
  const results = await readResults(store, sweep);
  if (results === undefined) return { sweep, trials };
  const { winner, summary } = results;
  return {
    sweep,
    trials: trials.map(stopIfPaused),
    ...(winner !== null && { winner }),
    ...(summary !== null && { summary }),
  };
}

/** Of a sweep that is over. */
export const stopIfPaused = (trial: Trial): Trial =>
  trial.status === 'paused' ? { ...trial, status: 'stopped' } : trial;

/** The trials that are drawn so far. */
export async function readTrials(store: ObjectStore, sweep: Sweep): Promise<Trial[]> {
  const trials: Trial[] = [];
  while (trials.length < sweep.trialCount) {
    const trial = await readTrial(store, sweep, trials.length + 1);
    if (trial === undefined) break;
    trials.push(trial);
  }
  return trials;
}

/**
 * @returns `undefined` for a trial that is not drawn yet.
 * @throws PermanentError CorruptArtifact for a file that was changed after it was written.
 */
export async function readTrial(store: ObjectStore, sweep: Sweep, trial: number): Promise<Trial | undefined> {
  const { sweepId, metric } = sweep;
  const stored = await getJsonIfPresent(store, objectKeys.sweepTrial(sweepId, trial), sweepTrialSchema);
  if (stored === undefined) return undefined;
  const runId = trialRunId(sweepId, trial);
  const common = { trial, runId, drawn: stored.drawn };
  const failure = await getJsonIfPresent(store, objectKeys.sweepFailure(sweepId, trial), sweepFailureSchema);
  const run = await readRun(store, runId);
  if (run === undefined) {
    const config = configOf(sweep, stored.drawn, trial);
    return { ...common, config, ...untrained, ...describeFailure(failure) };
  }
  if (run.status === 'damaged') throw new PermanentError('CorruptArtifact', run.reason);
  if (run.status === 'unfinished') {
    const { epochs } = run;
    const { config } = run.stored;
    const status = epochs.length === 0 ? 'waiting' : 'paused';
    const seconds = sumSeconds(epochs);
    const value = valueAfter(epochs, config, metric);
    return { ...common, config, status, epochs, value, seconds, costUsd: 0, ...describeFailure(failure) };
  }
  const { config, phases, costUsd } = run.record;
  const { epochs } = await getJson(store, objectKeys.history(runId), historySchema);
  const value = valueAfter(epochs, config, metric);
  const seconds = sumSeconds(phases);
  return { ...common, config, status: 'finished', epochs, value, seconds, costUsd: costUsd ?? 0 };
}

const untrained = { status: 'waiting', epochs: [], value: undefined, seconds: 0, costUsd: 0 } as const;

/** A failed trial has no value: it is the worst. */
function describeFailure(failure: { name: string; message: string } | undefined) {
  if (failure === undefined) return {};
  const { name, message } = failure;
  return { status: 'failed', value: undefined, error: { name, message } } as const;
}
