import { isDeepStrictEqual } from 'node:util';
import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { parseOrThrow } from '../../contracts/parse';
import { maxTrials, type Sweep, sweepSchema } from '../../contracts/sweep';
import { encodeJson } from '../../store/json-objects';
import { canRemove, type ObjectStore, type Release } from '../../store/object-store';
import { nextJobs } from '../../sweep/next-jobs';
import { isEnded } from '../../sweep/sweep-state';
import { isHigherLimit, readPrices, readResults, readSweep, readTrials, withLimit } from './read-sweep';
import { ownSweep } from './sweep-owner';
import { readSpending } from './sweep-spending';

/** What may differ between two processes that run one sweep. */
export type RunnerLimits = Partial<Pick<Sweep, 'maxParallel' | 'maxFailed' | 'maxCostUsd'>>;

/** What a sweep is of; it stays. */
export type SweepPlan = Omit<Sweep, 'schemaVersion' | 'sweepId' | 'createdAt' | keyof RunnerLimits>;

export interface SweepRequest {
  readonly sweepId: string;
  /** What was given. @default - the stored sweep goes on */
  readonly planned?: SweepPlan;
  readonly limits: RunnerLimits;
  /** Trials to add to a sweep that is over. @default 0 */
  readonly extension?: number;
}

export interface OpenedSweep {
  readonly sweep: Sweep;
  /** Whether this call made it; otherwise it was there. */
  readonly isNew: boolean;
  readonly release: Release;
}

/**
 * Writes sweep.json, or takes the sweep that has it, for this process alone.
 *
 * @throws PermanentError ArtifactNotFound for a sweep that does not exist, without a plan; RunExists for one that is over,
 *   that has another plan, or that another process runs; InvalidInput for one that cannot be extended, or not yet, and
 *   for a cost limit that is spent already.
 */
export async function openSweep(
  store: ObjectStore,
  { sweepId, planned, limits, extension = 0 }: SweepRequest,
  now: () => Date,
): Promise<OpenedSweep> {
  const isNew = planned !== undefined && (await writeSweep(store, sweepId, planned, limits, now));
  await requireSweep(store, sweepId);
  const release = await ownSweep(store, sweepId);
  try {
    // Read again, because the sweep may have had another owner until now.
    const stored = await requireSweep(store, sweepId);
    if (planned !== undefined) refuseOtherPlan(planned, stored, store);
    const results = await readResults(store, stored);
    if (results !== undefined) {
      const isLimited = await endedByItsLimit(store, stored);
      const isRaised = isHigherLimit(limits.maxCostUsd ?? stored.maxCostUsd, stored.maxCostUsd);
      if (isLimited ? !isRaised : extension === 0) throw isOverAlready(store, stored, isLimited);
    }
    // So a command that is repeated after a kill does not add trials again.
    if (extension > 0 && results === undefined) throw await isNotOver(store, stored, extension);
    await refuseSpentLimit(store, stored, limits);
    const changes = extension === 0 ? {} : { trialCount: extend(stored, extension) };
    return { sweep: await change(store, stored, { ...limits, ...changes }), isNew, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** @returns whether there was none. */
function writeSweep(
  store: ObjectStore,
  sweepId: string,
  planned: SweepPlan,
  limits: RunnerLimits,
  now: () => Date,
): Promise<boolean> {
  const sweep = { maxParallel: 1, maxFailed: 0, maxCostUsd: 0, ...planned, ...limits };
  const whole = { schemaVersion: 1, sweepId, createdAt: now().toISOString(), ...sweep };
  return store.putIfAbsent(objectKeys.sweep(sweepId), encodeJson(sweepSchema.parse(whole)));
}

function extend({ sweepId, sampler, trialCount }: Sweep, count: number): number {
  const reason =
    sampler === 'folds'
      ? 'A cross-validation has one trial for each fold.'
      : sampler === 'grid'
        ? 'A grid has one trial for each of its points.'
        : trialCount + count > maxTrials
          ? `A sweep has ${maxTrials.toLocaleString('en')} trials at most.`
          : undefined;
  if (reason === undefined) return trialCount + count;
  throw new PermanentError(
    'InvalidInput',
    `The sweep "${sweepId}" has ${trialCount} trials, and cannot get ${count} more. ${reason} Start another sweep.`,
    { evidence: { sweepId, trialCount, count } },
  );
}

/** Removes a sweep that was refused before any of its runs began, where the store can. */
export async function takeBackSweep(store: ObjectStore, sweepId: string): Promise<void> {
  if (!canRemove(store)) return;
  const keys: string[] = [];
  for await (const { key } of store.list(objectKeys.sweepFolder(sweepId))) keys.push(key);
  for (const key of keys) await store.remove(key);
}

async function requireSweep(store: ObjectStore, sweepId: string): Promise<Sweep> {
  const stored = await readSweep(store, sweepId);
  if (stored !== undefined) return stored;
  throw new PermanentError(
    'ArtifactNotFound',
    `There is no sweep "${sweepId}" in ${store.location}. Give a space file, or --folds or --seeds, to start it.`,
    { evidence: { sweepId } },
  );
}

async function change(store: ObjectStore, stored: Sweep, changes: Partial<Sweep>): Promise<Sweep> {
  const limited = withLimit(stored, changes.maxCostUsd ?? stored.maxCostUsd);
  const changed = parseOrThrow(sweepSchema, { ...limited, ...changes }, 'The sweep');
  if (isDeepStrictEqual(changed, stored)) return stored;
  // This process owns the sweep, so nobody else changes it.
  await store.put(objectKeys.sweep(stored.sweepId), encodeJson(changed));
  return changed;
}

function isOverAlready(
  store: ObjectStore,
  { sweepId, trialCount, maxCostUsd }: Sweep,
  isLimited: boolean,
): PermanentError {
  const why = isLimited
    ? `its limit of $${maxCostUsd} (maxCostUsd) was reached. --max-cost-usd with a higher one goes on with it.`
    : `all its ${trialCount} trials have ended. --extend N adds trials; for another sweep, choose another id.`;
  return new PermanentError('RunExists', `The sweep "${sweepId}" in ${store.location} is over: ${why}`, {
    evidence: { sweepId, trialCount },
  });
}

async function isNotOver(store: ObjectStore, stored: Sweep, extension: number): Promise<PermanentError> {
  const { sweepId, trialCount } = stored;
  const ended = (await readTrials(store, stored)).filter(({ status }) => isEnded(status)).length;
  return new PermanentError(
    'InvalidInput',
    `The sweep "${sweepId}" in ${store.location} is not over: of its ${trialCount} trials, ${ended} have ended. --extend ${extension} adds trials to a sweep that is over. If this one was extended by the same command before, its trials are there already.`,
    { evidence: { sweepId, trialCount, ended } },
  );
}

/** Whether a sweep that is over would train more if it had no cost limit. */
async function endedByItsLimit(store: ObjectStore, stored: Sweep): Promise<boolean> {
  if (stored.maxCostUsd === 0) return false;
  const sweep = withLimit(stored, 0);
  return nextJobs({ sweep, trials: await readTrials(store, sweep) }).length > 0;
}

async function refuseSpentLimit(
  store: ObjectStore,
  sweep: Sweep,
  { maxCostUsd = 0 }: RunnerLimits,
): Promise<void> {
  const { sweepId } = sweep;
  const isKept = maxCostUsd === 0 || maxCostUsd === sweep.maxCostUsd;
  const prices = isKept ? undefined : await readPrices(store, sweepId);
  if (prices === undefined) return;
  const { totalUsd } = await readSpending(store, { sweep, trials: await readTrials(store, sweep) }, prices);
  if (maxCostUsd > totalUsd) return;
  throw new PermanentError(
    'InvalidInput',
    `The trials of the sweep "${sweepId}" in ${store.location} have cost about $${totalUsd.toFixed(4)}, and a limit of $${maxCostUsd} (maxCostUsd) was given. Give more than was spent, or 0 for no limit.`,
    { evidence: { sweepId, maxCostUsd, totalUsd } },
  );
}

function refuseOtherPlan(planned: SweepPlan, stored: Sweep, store: ObjectStore): void {
  const names = Object.keys(planned) as (keyof SweepPlan)[];
  const differing = names.flatMap((name) => describeDifference(name, planned[name], stored[name]));
  if (differing.length === 0) return;
  const { sweepId } = stored;
  throw new PermanentError(
    'RunExists',
    `The sweep "${sweepId}" in ${store.location} was started otherwise, and a sweep that is continued stays as it is: ${differing.join('; ')}. Give its id alone to continue it, or choose another id.`,
    { evidence: { sweepId } },
  );
}

function describeDifference(name: string, given: unknown, stored: unknown): string[] {
  if (isDeepStrictEqual(given, stored)) return [];
  if (!isRecord(given) || !isRecord(stored))
    return [`${name} is ${show(stored)} in it, and ${show(given)} was given`];
  return [...new Set([...Object.keys(stored), ...Object.keys(given)])].flatMap((key) =>
    isDeepStrictEqual(given[key], stored[key])
      ? []
      : [`${key} in its ${name} is ${show(stored[key])}, and ${show(given[key])} was given`],
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown) => JSON.stringify(value) ?? 'absent';
