import { isCorrupt, PermanentError, PipelineError, TransientError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { runRecordSchema } from '../contracts/results';
import { storedRunConfigSchema } from '../contracts/run-config';
import { getJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';

interface Artifact {
  readonly key: string;
  /** `undefined` only for files of an unfinished run that were not written through a store. */
  readonly sha256: string | undefined;
}

export interface FetchRequest {
  readonly runId: string;
  readonly from: ObjectStore;
  readonly to: ObjectStore;
  /** Fetch the files of an unfinished run too. */
  readonly isForced: boolean;
  readonly signal: AbortSignal;
  /** Called for each fetched file. */
  readonly onFetched: (key: string, bytes: number) => void;
}

export interface FetchOutcome {
  /** Fetched keys, in this order. */
  readonly fetched: readonly string[];
  /** Keys whose bytes the target had already. */
  readonly kept: readonly string[];
  readonly isFinished: boolean;
}

/**
 * Copies a run to another store under the same keys: every artifact that run.json lists, each verified against its
 * recorded checksum, and run.json last, so that an interrupted fetch leaves an unfinished run. Identical files are not
 * fetched again; checkpoints are not fetched.
 *
 * @throws PermanentError ArtifactNotFound for an unknown run, InvalidInput for an unfinished one, CorruptArtifact for
 *   bytes that differ from their checksum, RunExists when `to` has another run of this name; TransientError
 *   Interrupted.
 */
export async function fetchRun(request: FetchRequest): Promise<FetchOutcome> {
  const { runId, from, to, signal, onFetched } = request;
  const marker = objectKeys.runRecord(runId);
  const isFinished = (await from.head(marker)) !== undefined;
  const artifacts = isFinished ? await listFinished(request) : await listUnfinished(request);
  await refuseOtherRun(request, isFinished);

  const fetched: string[] = [];
  const kept: string[] = [];
  for (const artifact of artifacts) {
    if (signal.aborted) throw interrupted(runId, fetched.length + kept.length, artifacts.length);
    const { key } = artifact;
    if (await hasSameBytes(to, artifact)) {
      kept.push(key);
      continue;
    }
    const body = await from.get(key);
    assertAsRecorded(from, artifact, sha256Hex(body));
    await to.put(key, body);
    fetched.push(key);
    onFetched(key, body.byteLength);
  }
  return { fetched, kept, isFinished };
}

/** What run.json lists, then run.json itself. */
async function listFinished({ from, runId }: FetchRequest): Promise<Artifact[]> {
  const key = objectKeys.runRecord(runId);
  const { artifacts } = await getJson(from, key, runRecordSchema);
  const stray = artifacts.find((artifact) => !artifact.key.startsWith(objectKeys.run(runId)));
  if (stray !== undefined) {
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${from.location} lists ${JSON.stringify(stray.key)}, which is not a file of the run "${runId}". It was changed after it was written; train again.`,
      { evidence: { runId, key: stray.key } },
    );
  }
  return [...artifacts, { key, sha256: sha256Hex(await from.get(key)) }];
}

async function listUnfinished({ from, runId, isForced }: FetchRequest): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for await (const { key } of from.list(objectKeys.run(runId))) {
    artifacts.push({ key, sha256: (await from.head(key))?.sha256 });
  }
  if (artifacts.length === 0) {
    throw new PermanentError(
      'ArtifactNotFound',
      `There is no run ${JSON.stringify(runId)} in ${from.location}.`,
      {
        evidence: { runId },
      },
    );
  }
  if (!isForced) {
    throw new PermanentError(
      'InvalidInput',
      `The run "${runId}" in ${from.location} is not finished: it has no run.json yet. Wait until it ends, or fetch its ${artifacts.length} files now with --force.`,
      { evidence: { runId } },
    );
  }
  return artifacts;
}

/** Both stores can have different runs of this name, which must not be mixed. */
async function refuseOtherRun({ from, to, runId }: FetchRequest, isFinished: boolean): Promise<void> {
  const readStart = async (store: ObjectStore) => {
    try {
      return (await getJson(store, objectKeys.config(runId), storedRunConfigSchema)).createdAt;
    } catch (error) {
      // Absent or incomplete: there is no other run, and the file is fetched again.
      if (error instanceof PipelineError && /^(ArtifactNotFound|CorruptArtifact)$/.test(error.name))
        return undefined;
      throw error;
    }
  };
  const there = await readStart(to);
  const isOther = there !== undefined && there !== (await readStart(from));
  const isStale = !isFinished && (await to.head(objectKeys.runRecord(runId))) !== undefined;
  if (!isOther && !isStale) return;
  throw new PermanentError(
    'RunExists',
    `${to.location} has another run "${runId}" already. Give another folder with --to, or delete ${objectKeys.run(runId)} there.`,
    { evidence: { runId } },
  );
}

/** Reads the bytes themselves: a recorded checksum describes what was written, which may have changed. */
async function hasSameBytes(to: ObjectStore, { key, sha256 }: Artifact): Promise<boolean> {
  if (sha256 === undefined || (await to.head(key)) === undefined) return false;
  try {
    return sha256Hex(await to.get(key)) === sha256;
  } catch (error) {
    if (isCorrupt(error)) return false;
    throw error;
  }
}

function assertAsRecorded(from: ObjectStore, { key, sha256 }: Artifact, actual: string): void {
  if (sha256 === undefined || sha256 === actual) return;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${from.location} is not what the run wrote: its SHA-256 is ${actual}, and ${sha256} was recorded. The file was not stored; train again, or restore the earlier version of the object in the bucket.`,
    { evidence: { key, actual, recorded: sha256 } },
  );
}

function interrupted(runId: string, done: number, total: number): TransientError {
  return new TransientError(
    'Interrupted',
    `Stopped after ${done} of ${total} files of the run "${runId}". Run the same command again to fetch the others.`,
    { evidence: { runId, done, total } },
  );
}
