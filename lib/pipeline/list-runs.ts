import { isCorrupt } from '../contracts/errors';
import { objectKeys, runIdOf } from '../contracts/object-keys';
import { type Epoch, historySchema, type RunRecord, runRecordSchema } from '../contracts/results';
import { type StoredRunConfig, storedRunConfigSchema } from '../contracts/run-config';
import { forEachConcurrently } from '../dataset/for-each-concurrently';
import { getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/** A run in a store; it is finished if it has a run.json. */
export type RunListing =
  | { readonly status: RunRecord['status']; readonly runId: string; readonly record: RunRecord }
  | {
      readonly status: 'unfinished';
      readonly runId: string;
      readonly stored: StoredRunConfig;
      /** Epochs trained so far. */
      readonly epochs: readonly Epoch[];
    }
  /** Its files cannot be read, for the given reason. */
  | { readonly status: 'damaged'; readonly runId: string; readonly reason: string };

/** The ids of all runs in a store, sorted. */
export async function listRunIds(store: ObjectStore): Promise<string[]> {
  const runIds = new Set<string>();
  for await (const { key } of store.list(objectKeys.runs)) {
    const runId = runIdOf(key);
    // Another folder below runs/ is no run.
    if (key === objectKeys.config(runId) || key === objectKeys.runRecord(runId)) runIds.add(runId);
  }
  return [...runIds];
}

/** Of the requests that read runs: a sweep may have thousands. */
const runsAtOnce = 16;

/**
 * Runs of a store in the order of their ids; an id begins with the date unless the user chose it.
 *
 * @param runIds - those to read. @default all
 */
export async function listRuns(store: ObjectStore, runIds?: readonly string[]): Promise<RunListing[]> {
  const ids = runIds ?? (await listRunIds(store));
  const listings: (RunListing | undefined)[] = ids.map(() => undefined);
  await forEachConcurrently(ids.entries(), runsAtOnce, async ([index, runId]) => {
    listings[index] = await readRun(store, runId);
  });
  return listings.filter((listing) => listing !== undefined);
}

/** @returns `undefined` if there is no such run. */
export async function readRun(store: ObjectStore, runId: string): Promise<RunListing | undefined> {
  try {
    const record = await getJsonIfPresent(store, objectKeys.runRecord(runId), runRecordSchema);
    if (record !== undefined) return { status: record.status, runId, record };
    const stored = await getJsonIfPresent(store, objectKeys.config(runId), storedRunConfigSchema);
    if (stored === undefined) return undefined;
    const history = await getJsonIfPresent(store, objectKeys.history(runId), historySchema);
    return { status: 'unfinished', runId, stored, epochs: history?.epochs ?? [] };
  } catch (error) {
    if (isCorrupt(error)) {
      return { status: 'damaged', runId, reason: error.message };
    }
    throw error;
  }
}
