import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { TransientError } from '../contracts/errors';
import { readFully } from './directory-files';
import type { Sidecars } from './directory-sidecars';

/** A file at a key's path, with the checksums of the versions that it may be. The caller closes the handle. */
export interface OpenedObject {
  readonly handle: FileHandle;
  readonly bytes: number;
  /** `undefined`: nothing was recorded. */
  readonly versions: readonly string[] | undefined;
}

/**
 * File and sidecar are two reads, and a writer may come in between. Every writer brings a new inode, and an inode
 * that is held open is not used again: as long as the path still leads to ours after the sidecar was read, the
 * sidecar spoke of our file.
 *
 * @returns `undefined` for something that is no file.
 */
export async function openObject(
  path: string,
  key: string,
  sidecars: Sidecars,
): Promise<OpenedObject | undefined> {
  const maxAttempts = 100;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const handle = await open(path, 'r');
    let isOurs = false;
    try {
      const opened = await handle.stat();
      if (!opened.isFile()) return undefined;
      const versions = await sidecars.read(key);
      const current = await stat(path);
      isOurs = current.ino === opened.ino && current.dev === opened.dev;
      if (isOurs) return { handle, bytes: opened.size, versions };
    } finally {
      if (!isOurs) await handle.close();
    }
  }
  throw new TransientError(
    'StoreUnavailable',
    `${path} was replaced during each of ${maxAttempts} attempts to read it. Try again when fewer processes write it.`,
    { evidence: { key, maxAttempts } },
  );
}

/** The whole file, a mebibyte at a time. */
export async function* readChunks({ handle, bytes }: OpenedObject): AsyncGenerator<Uint8Array> {
  const chunkBytes = 1_048_576;
  for (let offset = 0; offset < bytes; offset += chunkBytes) {
    yield await readFully(handle, offset, Math.min(chunkBytes, bytes - offset));
  }
}

export async function hashObject(object: OpenedObject): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(object)) hash.update(chunk);
  return hash.digest('hex');
}
