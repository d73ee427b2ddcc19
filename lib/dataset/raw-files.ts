import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import type { ObjectStore } from '../store/object-store';

/** Decompressed files of a built-in dataset, by name. */
export type RawFiles = ReadonlyMap<string, Uint8Array>;

/**
 * The names of the files that are not in the store. Nothing is written.
 *
 * @throws PermanentError CorruptArtifact when an earlier copy was altered.
 */
export async function findMissingFiles(
  dataset: string,
  files: RawFiles,
  store: ObjectStore,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [name, body] of files) {
    const key = objectKeys.rawFile(dataset, name);
    if ((await store.head(key)) === undefined) missing.push(name);
    else await assertSameBytes(store, key, body);
  }
  return missing;
}

/**
 * Copies files to `datasets/<dataset>/raw/`. A file that another process copied in the meantime is verified.
 *
 * @returns whether one was copied.
 * @throws PermanentError CorruptArtifact when such a copy differs.
 */
export async function copyFiles(
  dataset: string,
  files: RawFiles,
  missing: readonly string[],
  store: ObjectStore,
): Promise<boolean> {
  let isCopied = false;
  for (const name of missing) {
    const key = objectKeys.rawFile(dataset, name);
    const body = files.get(name)!;
    if (await store.putIfAbsent(key, body)) isCopied = true;
    else await assertSameBytes(store, key, body);
  }
  return isCopied;
}

/** The store detects changes after a write. This check detects content that never came from the source. */
async function assertSameBytes(store: ObjectStore, key: string, expected: Uint8Array): Promise<void> {
  if (Buffer.compare(await store.get(key), expected) === 0) return;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} differs from the dataset that it was imported from. Delete it and run again.`,
    { evidence: { key } },
  );
}
