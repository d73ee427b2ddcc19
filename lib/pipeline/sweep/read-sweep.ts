import { PermanentError, type PermanentErrorName } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { historySchema, sumSeconds } from '../../contracts/results';
import {
  type Sweep,
  type SweepPrices,
  type SweepResults,
  sweepFailureSchema,
  sweepPricesSchema,
  sweepResultsSchema,
  sweepSchema,
  sweepTrialSchema,
  trialRunId,
} from '../../contracts/sweep';
import { getJson, getJsonIfPresent } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { countMachines, machineCostUsd } from '../../sweep/machine-cost';
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

/** @returns the results of a sweep that is over; `undefined` for one that is not, or that has more trials or dollars since. */
export async function readResults(store: ObjectStore, sweep: Sweep) {
  const { sweepId, trialCount, maxCostUsd } = sweep;
  const results = await getJsonIfPresent(store, objectKeys.sweepResults(sweepId), sweepResultsSchema);
  if (results?.trialCount !== trialCount) return undefined;
  return (results.maxCostUsd ?? firstLimit(sweep)) === maxCostUsd ? results : undefined;
}

/** That of files which were written before they had it. */
const firstLimit = ({ firstMaxCostUsd, maxCostUsd }: Sweep): number => firstMaxCostUsd ?? maxCostUsd;

/** The sweep with another cost limit. */
export const withLimit = (sweep: Sweep, maxCostUsd: number): Sweep =>
  maxCostUsd === sweep.maxCostUsd ? sweep : { ...sweep, maxCostUsd, firstMaxCostUsd: firstLimit(sweep) };

/** Everything that is known about a sweep, from its own files and those of its runs. */
export async function readSweepState(store: ObjectStore, sweep: Sweep): Promise<SweepState> {
  const trials = await readTrials(store, sweep);
  const results = await readResults(store, sweep);
  return results === undefined ? { sweep, trials } : endedState({ sweep, trials }, results);
}

/** The state of a sweep that has its results. */
export function endedState({ sweep, trials }: SweepState, { winner, summary }: SweepResults): SweepState {
  return {
    sweep,
    trials: trials.map(stopIfOpen),
    ...(winner !== null && { winner }),
    ...(summary !== null && { summary }),
  };
}

/** Of a sweep that is over: a rule stopped the trial at a rung, or the cost limit before it. */
export const stopIfOpen = (trial: Trial): Trial =>
  trial.status === 'paused' || trial.status === 'waiting' ? { ...trial, status: 'stopped' } : trial;

/** Of the requests that read trials: a thousand trials have five thousand objects. */
const trialsAtOnce = 16;

/** The trials that are drawn so far. */
export async function readTrials(store: ObjectStore, sweep: Sweep): Promise<Trial[]> {
  const prices = await readPrices(store, sweep.sweepId);
  const trials: Trial[] = [];
  while (trials.length < sweep.trialCount) {
    const count = Math.min(trialsAtOnce, sweep.trialCount - trials.length);
    const numbers = Array.from({ length: count }, (_, index) => trials.length + index + 1);
    const read = await Promise.all(numbers.map((trial) => readTrial(store, sweep, trial, prices)));
    const end = read.indexOf(undefined);
    trials.push(...(read.slice(0, end === -1 ? count : end) as Trial[]));
    if (end !== -1) break;
  }
  return trials;
}

/** @returns `undefined` for a sweep on this machine, which costs nothing. */
export function readPrices(store: ObjectStore, sweepId: string): Promise<SweepPrices | undefined> {
  return getJsonIfPresent(store, objectKeys.sweepPrices(sweepId), sweepPricesSchema);
}

/**
 * @param prices - of the machines that train the sweep. @default - it costs nothing
 * @returns `undefined` for a trial that is not drawn yet.
 * @throws PermanentError CorruptArtifact for a file that was changed after it was written.
 */
export async function readTrial(
  store: ObjectStore,
  sweep: Sweep,
  trial: number,
  prices?: SweepPrices,
): Promise<Trial | undefined> {
  const { sweepId, metric } = sweep;
  const stored = await getJsonIfPresent(store, objectKeys.sweepTrial(sweepId, trial), sweepTrialSchema);
  if (stored === undefined) return undefined;
  const runId = trialRunId(sweepId, trial);
  const common = { trial, runId, drawn: stored.drawn };
  const recorded = await getJsonIfPresent(store, objectKeys.sweepFailure(sweepId, trial), sweepFailureSchema);
  const failure = recorded && isReopened(recorded, sweep) ? undefined : recorded;
  const run = await readRun(store, runId);
  const price = (trained: Unpriced): Trial => ({
    ...trained,
    costUsd: prices === undefined ? 0 : machineCostUsd(trained, sweep, prices),
  });
  if (run === undefined) {
    const config = configOf(sweep, stored.drawn, trial);
    return price({ ...common, config, ...untrained, ...describeFailure(failure) });
  }
  if (run.status === 'damaged') throw new PermanentError('CorruptArtifact', run.reason);
  if (run.status === 'unfinished') {
    const { epochs } = run;
    const { config } = run.stored;
    const status = epochs.length === 0 ? 'waiting' : 'paused';
    const value = valueAfter(epochs, config, metric);
    const trained = { ...common, config, status, epochs, value, seconds: sumSeconds(epochs) } as const;
    return price({ ...trained, ...describeFailure(failure) });
  }
  const { config, phases, costUsd } = run.record;
  const { epochs } = await getJson(store, objectKeys.history(runId), historySchema);
  const value = valueAfter(epochs, config, metric);
  const finished = {
    ...common,
    config,
    status: 'finished',
    epochs,
    value,
    seconds: sumSeconds(phases),
  } as const;
  // The record of a run has the start of one machine.
  const otherStarts =
    prices === undefined ? 0 : (countMachines(finished, sweep) - 1) * prices.machineStartUsd;
  return { ...finished, costUsd: (costUsd ?? 0) + otherStarts };
}

/** The name of the failure of a trial that exceeded its share of the sweep's limit. */
export const costLimitExceeded = 'CostLimitExceeded' satisfies PermanentErrorName;

/** Whether a cost limit allows more than another one; 0 is none. */
export const isHigherLimit = (maxCostUsd: number, other: number): boolean =>
  other > 0 && (maxCostUsd === 0 || maxCostUsd > other);

const isReopened = ({ name, maxCostUsd }: { name: string; maxCostUsd?: number | undefined }, sweep: Sweep) =>
  name === costLimitExceeded && isHigherLimit(sweep.maxCostUsd, maxCostUsd ?? firstLimit(sweep));

type Unpriced = Omit<Trial, 'costUsd'>;

const untrained = { status: 'waiting', epochs: [], value: undefined, seconds: 0 } as const;

/** A failed trial has no value: it is the worst. */
function describeFailure(failure: { name: string; message: string } | undefined) {
  if (failure === undefined) return {};
  const { name, message } = failure;
  return { status: 'failed', value: undefined, error: { name, message } } as const;
}
