import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { TransientError } from '../contracts/errors';
import { readFully } from './directory-files';
import type { Sidecars } from './directory-sidecars';

/** A file at a key's path, with the checksums that it may have. The caller closes the handle. */
export interface OpenedObject {
  readonly handle: FileHandle;
  readonly bytes: number;
  /** `undefined`: nothing was recorded. */
  readonly versions: readonly string[] | undefined;
}

/**
 * File and sidecar are read one after the other, and another process may write in between. Every write creates a new
 * inode, and an open inode is not reused. So if the path still has our inode after the sidecar was read, the sidecar
 * belongs to our file.
 *
 * @returns `undefined` for anything other than a file.
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

/** The whole file in chunks of 1 MiB. */
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
