import { objectKeys } from '../contracts/object-keys';
import { type RunRecord, runRecordSchema } from '../contracts/results';
import { encodeJson, getJson, getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';

/** @returns the run's record, or `undefined` if the run is not finished. */
export function readPublishedRun(store: ObjectStore, runId: string): Promise<RunRecord | undefined> {
  return getJsonIfPresent(store, objectKeys.runRecord(runId), runRecordSchema);
}

/**
 * Commits the run by writing run.json: before this the run is unfinished, afterwards it never changes. Of several
 * concurrent callers, one writes it.
 *
 * @returns the published record, also if another caller wrote it.
 */
export async function publishRun(
  store: ObjectStore,
  record: Omit<RunRecord, 'schemaVersion' | 'artifacts'>,
): Promise<RunRecord> {
  const key = objectKeys.runRecord(record.runId);
  const artifacts = await listArtifacts(store, record.runId);
  const whole = runRecordSchema.parse({ schemaVersion: 1, ...record, artifacts });
  if (await store.putIfAbsent(key, encodeJson(whole))) return whole;
  return getJson(store, key, runRecordSchema);
}

async function listArtifacts(store: ObjectStore, runId: string): Promise<RunRecord['artifacts']> {
  const artifacts: RunRecord['artifacts'] = [];
  for await (const { key, bytes, sha256 } of store.list(objectKeys.run(runId))) {
    artifacts.push(sha256 === undefined ? await describeArtifact(store, key) : { key, bytes, sha256 });
  }
  return artifacts;
}

/** Where a listing has no checksums: takes the object's metadata, or else reads its bytes. */
async function describeArtifact(store: ObjectStore, key: string): Promise<RunRecord['artifacts'][number]> {
  const { bytes, sha256 } = (await store.head(key)) ?? {};
  if (bytes !== undefined && sha256 !== undefined) return { key, bytes, sha256 };
  const body = await store.get(key);
  return { key, bytes: body.byteLength, sha256: sha256Hex(body) };
}
