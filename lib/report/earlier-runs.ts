import { isCorrupt } from '../contracts/errors';
import { objectKeys, runIdOf } from '../contracts/object-keys';
import { type RunRecord, runRecordSchema } from '../contracts/results';
import { testPredictionsSchema } from '../contracts/test-predictions';
import type { PredictionColumns } from '../evaluation/test-predictions';
import { getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { areMeasuredAlike, type MeasuredRun } from './comparison-data';

/** A finished run that was tested on the same images. */
export interface EarlierRun {
  readonly runId: string;
  readonly role: 'last' | 'best' | 'last and best';
  readonly accuracy: number;
  /** Absent in runs of earlier versions. */
  readonly testPredictions?: PredictionColumns;
}

/** About 140 runs, five requests to S3: a larger store is not searched. */
const maxListedKeys = 5000;

/**
 * Finds the last and the best of the other finished runs on the same dataset content.
 *
 * @returns none, one, or the last and then the best; none for a store with too many runs to read.
 */
export async function readEarlierRuns(
  store: ObjectStore,
  { runId, ...run }: MeasuredRun & { readonly runId: string },
): Promise<EarlierRun[]> {
  const runIds = (await listFinishedRuns(store)).filter((each) => each !== runId);
  const records = await Promise.all(runIds.map((each) => readRecord(store, each)));
  const comparable = records
    .filter((record) => record !== undefined)
    .filter((record) => areMeasuredAlike(record, run))
    .sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt));
  const last = comparable.at(-1);
  if (last === undefined) return [];
  const best = comparable.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  if (last.accuracy === best.accuracy) return [await readEarlierRun(store, last, 'last and best')];
  return [await readEarlierRun(store, last, 'last'), await readEarlierRun(store, best, 'best')];
}

async function listFinishedRuns(store: ObjectStore): Promise<string[]> {
  const runIds: string[] = [];
  let keyCount = 0;
  for await (const { key } of store.list(objectKeys.runs)) {
    keyCount += 1;
    if (keyCount > maxListedKeys) return [];
    const runId = runIdOf(key);
    if (key === objectKeys.runRecord(runId)) runIds.push(runId);
  }
  return runIds;
}

/** A damaged run is left out: it must not make the evaluation of another run fail. */
async function unlessCorrupt<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isCorrupt(error)) return undefined;
    throw error;
  }
}

const readRecord = (store: ObjectStore, runId: string) =>
  unlessCorrupt(getJsonIfPresent(store, objectKeys.runRecord(runId), runRecordSchema));

async function readEarlierRun(
  store: ObjectStore,
  { runId, accuracy }: RunRecord,
  role: EarlierRun['role'],
): Promise<EarlierRun> {
  const key = objectKeys.testPredictions(runId);
  const testPredictions = await unlessCorrupt(getJsonIfPresent(store, key, testPredictionsSchema));
  return { runId, role, accuracy, ...(testPredictions && { testPredictions }) };
}
