import { type DatasetPart, type PartResult, partResultSchema } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';
import { forEachConcurrently } from './for-each-concurrently';
import { bytesPerHash } from './part-writer';
import type { HashedRows } from './rows/find-duplicates';
import { type PlannedRows, readPlannedRows } from './rows-table';

/** A part and what its worker found. */
export interface FinishedPart {
  readonly part: DatasetPart;
  readonly result: PartResult;
}

/**
 * The objects are small, and a hundred million images have thousands of them: one after the other, they would take longer
 * than a function may run.
 */
const requestsAtOnce = 16;

/**
 * @param beforeEach - may throw, to stop.
 * @throws PermanentError ArtifactNotFound for a part without a result.
 */
export async function readPartResults(
  store: ObjectStore,
  parts: readonly DatasetPart[],
  beforeEach: () => void,
): Promise<FinishedPart[]> {
  const finished = new Array<FinishedPart>(parts.length);
  await forEachConcurrently(parts.entries(), requestsAtOnce, async ([index, part]) => {
    beforeEach();
    finished[index] = await readPartResult(store, part);
  });
  return finished;
}

async function readPartResult(store: ObjectStore, part: DatasetPart): Promise<FinishedPart> {
  const key = objectKeys.partResult(part.dataset, part.contentKey, part.index);
  const result = await getJsonIfPresent(store, key, partResultSchema);
  if (result === undefined) throw unfinished(store, key);
  return { part, result };
}

/**
 * A HEAD for each shard; every reader of a shard verifies its bytes.
 *
 * @param beforeEach - may throw, to stop.
 * @throws PermanentError ArtifactNotFound for a missing shard, CorruptArtifact for another than the worker wrote.
 */
export async function assertShards(
  store: ObjectStore,
  finished: readonly FinishedPart[],
  beforeEach: () => void,
): Promise<void> {
  await forEachConcurrently(finished, requestsAtOnce, async ({ result }) => {
    beforeEach();
    await assertShardsOfPart(store, result);
  });
}

async function assertShardsOfPart(store: ObjectStore, { shards }: PartResult): Promise<void> {
  for (const { key, bytes, sha256 } of shards) {
    const found = await store.head(key);
    if (found === undefined) throw unfinished(store, key);
    if (found.bytes === bytes && (found.sha256 ?? sha256) === sha256) continue;
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${store.location} is not the shard that the step "shard" wrote: it has ${found.bytes} bytes and the SHA-256 ${found.sha256}, and ${bytes} bytes with ${sha256} are expected. Delete it, and run again to make it again.`,
      { evidence: { key, bytes: found.bytes, expectedBytes: bytes } },
    );
  }
}

function unfinished(store: ObjectStore, key: string): PermanentError {
  return new PermanentError(
    'ArtifactNotFound',
    `The planned ${key} is not in ${store.location}: the step "shard" did not finish for it. Run again; the shards are made first.`,
    { evidence: { key } },
  );
}

export interface HashedPart extends HashedRows, PlannedRows {}

/** The hashes of the images of each part, with their splits and classes. */
export async function readHashes(
  store: ObjectStore,
  finished: readonly FinishedPart[],
): Promise<HashedPart[]> {
  const hashed = new Array<HashedPart>(finished.length);
  await forEachConcurrently(finished.entries(), requestsAtOnce, async ([index, each]) => {
    hashed[index] = await readHashesOfPart(store, each);
  });
  return hashed;
}

async function readHashesOfPart(store: ObjectStore, { part, result }: FinishedPart): Promise<HashedPart> {
  const key = objectKeys.partHashes(part.dataset, part.contentKey, part.index);
  const hashes = await store.get(key);
  if (sha256Hex(hashes) !== result.hashesSha256) {
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${store.location} does not belong to the result of its part. Run again to make it again.`,
      { evidence: { key } },
    );
  }
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  const rows = await readPlannedRows(store, part);
  return { ...rows, rowCount: part.rowCount, hashOf: (row) => view.getBigUint64(row * bytesPerHash) };
}
