import { type FileHandle, mkdir, open, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from './directory-failures';
import { isOwnerGone, newOwnedName } from './directory-owner';

/** A new path in `folder`, for a file that only this process uses. */
export function newTemporaryPath(folder: string): string {
  return join(folder, newOwnedName());
}

/**
 * Writes `body` to a temporary file, syncs it, and calls `use`, which may rename it. The temporary path never remains.
 */
export async function withTemporary<Result>(
  folder: string,
  body: Uint8Array,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(folder, { recursive: true });
  const path = newTemporaryPath(folder);
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(body);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await use(path);
  } finally {
    await unlinkIfPresent(path);
  }
}

/** Replaces `path` in one step: a reader sees the old or the new content, also after a power failure. */
export async function replaceFile(temporaryFolder: string, path: string, body: Uint8Array): Promise<void> {
  await withTemporary(temporaryFolder, body, async (temporaryPath) => {
    await inFolder(dirname(path), () => rename(temporaryPath, path));
    await syncFolder(dirname(path));
  });
}

/**
 * Creates the folder, and calls `work`, which puts something into it. Before it does, the removal of another key may take
 * the empty folder away: then both are repeated.
 */
export async function inFolder<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const maxAttempts = 5;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(folder, { recursive: true });
      return await work();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === maxAttempts) throw error;
    }
  }
}

/** Removes `folder` and the folders around it, as far as they are empty, up to `root`, which stays. */
export async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let path = folder; path !== root; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') continue;
      // It has files, or is a link; an empty folder that cannot be removed does no harm.
      if (errnoOf(error) !== undefined) return;
      throw error;
    }
  }
}

/** Makes renames and links in a folder durable, where the system supports it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

export async function unlinkIfPresent(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Removes files of killed processes. Processes of other hosts are unknown, so their files are kept for a day. */
export async function sweepTemporaries(folder: string): Promise<void> {
  const dayMilliseconds = 86_400_000;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined) continue;
    if (isOwnerGone(name) || Date.now() - facts.mtimeMs > dayMilliseconds) await unlinkIfPresent(path);
  }
}

/** Up to `length` bytes from `offset`; fewer when the file ends before. Not a Buffer, so that it does not share memory. */
export async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const maxReadBytes = 2 ** 30;
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const wanted = Math.min(length - filled, maxReadBytes);
    const { bytesRead } = await handle.read(bytes, filled, wanted, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === length ? bytes : bytes.slice(0, filled);
}
