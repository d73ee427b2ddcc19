import { linkSync, readFileSync, unlinkSync } from 'node:fs';
import { link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TransientError } from '../contracts/errors';
import { errnoOf } from './directory-failures';
import { unlinkIfPresent } from './directory-files';
import { isOwnerGone } from './directory-owner';
import type { Hold } from './object-store';

/** A lock is held for a few small writes, which take milliseconds; after this time its owner hangs. */
const maxWaitMilliseconds = 30_000;

export interface Lock {
  /** The lock file; it contains the owner's name. */
  readonly path: string;
  /** A path in the same file system that only this process uses; its last part is a new owned name. */
  readonly claimPath: string;
  /** What is being locked, for messages. */
  readonly what: string;
}

/**
 * Runs `work` while no other process and no other caller in this process holds the lock. A lock of a dead owner is
 * removed.
 *
 * @throws TransientError StoreUnavailable when a living owner does not release it.
 */
export async function withLock<Result>(lock: Lock, work: () => Promise<Result>): Promise<Result> {
  await withClaim(lock, () => linkWhenFree(lock));
  try {
    return await work();
  } finally {
    await unlink(lock.path);
  }
}

/** Takes a lock for longer than a few writes, if it is free, or says which living process has it. */
export async function holdLock(lock: Lock): Promise<Hold> {
  const { path } = lock;
  const owner = await withClaim(lock, () => linkOrFindOwner(lock));
  if (owner === undefined) return { release: async () => releaseOwn(lock) };
  const [host = '', pid = ''] = owner.split('.');
  const since = (await stat(path).catch(ignoreAbsence))?.mtime ?? new Date();
  return { holder: { host, pid, since, path } };
}

/** A person who took the lock for a left-over and deleted it may have let another process take it. */
function releaseOwn({ path, claimPath }: Lock): void {
  if (readOrEmpty(path) === basename(claimPath)) unlinkIfThere(path);
}

async function withClaim<Result>(lock: Lock, takeIt: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(lock.path), { recursive: true });
  try {
    await writeFile(lock.claimPath, basename(lock.claimPath), { flag: 'wx' });
    // A link appears together with its content; a file that is created first has no owner until it is written.
    return await takeIt();
  } finally {
    await unlinkIfPresent(lock.claimPath);
  }
}

async function linkWhenFree(lock: Lock): Promise<void> {
  const deadline = Date.now() + maxWaitMilliseconds;
  for (let waitMilliseconds = 1; ; waitMilliseconds = Math.min(2 * waitMilliseconds, 50)) {
    const owner = await linkOrFindOwner(lock);
    if (owner === undefined) return;
    if (Date.now() > deadline) throw heldForTooLong(lock, owner);
    await pause(waitMilliseconds * (0.5 + Math.random()));
  }
}

/** @returns the living owner; `undefined` if the lock is the caller's now. */
async function linkOrFindOwner(lock: Lock): Promise<string | undefined> {
  for (;;) {
    try {
      await link(lock.claimPath, lock.path);
      return undefined;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    const owner = await readFile(lock.path, 'utf8').catch(ignoreAbsence);
    if (owner === undefined) continue;
    if (!isOwnerGone(owner)) return owner;
    removeStaleLock(lock, owner);
  }
}

/**
 * When several processes see the same dead owner, only one at a time may remove its lock, and only while the lock still
 * has that owner. Otherwise the second process would remove the new lock of the first. The function is synchronous, so
 * only a kill between two system calls leaves the guard file, which the next process removes.
 */
function removeStaleLock(lock: Lock, deadOwner: string): void {
  const guardPath = `${lock.path}.takeover`;
  try {
    linkSync(lock.claimPath, guardPath);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    if (isOwnerGone(readOrEmpty(guardPath))) unlinkIfThere(guardPath);
    return;
  }
  try {
    if (readOrEmpty(lock.path) === deadOwner) unlinkIfThere(lock.path);
  } finally {
    unlinkIfThere(guardPath);
  }
}

function heldForTooLong({ path, what }: Lock, owner: string): TransientError {
  const [host, pid] = owner.split('.');
  return new TransientError(
    'StoreUnavailable',
    `${what} has been locked for more than ${maxWaitMilliseconds / 1000} s by process ${pid} on ${host}. Wait for it or stop it; if that process no longer exists, delete ${path}.`,
    { evidence: { lock: path, owner } },
  );
}

function ignoreAbsence(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    ignoreAbsence(error);
    return '';
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    ignoreAbsence(error);
  }
}
