import { PermanentError, PipelineError, TransientError } from '../contracts/errors';
import { describeDanglingLink } from './directory-links';

/** The errno of a failed system call, or `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error)) return;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True for an absent path; `ENOTDIR` is a path below a file. */
export function isAbsence(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

/** Permanent causes of a failed write, and remedies. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space, or choose a store on another disk',
  EDQUOT: 'your disk quota is used up. Delete files of yours, or choose a store on another disk',
  EROFS: 'the file system is read-only. Mount it writable, or choose another folder',
  EACCES:
    'this user has no permission to write there. Change the permissions of the folder, or choose another one',
  EPERM:
    'the system does not permit it (a protected file, or a file system without hard links). Choose a folder on a local disk',
  ENOTSUP: 'the file system has no hard links. Choose a folder on a local disk',
  EOPNOTSUPP: 'the file system has no hard links. Choose a folder on a local disk',
  ENOTDIR: 'a part of the path is a file and not a folder. Move that file, or choose another folder',
  EEXIST:
    'a file is where a folder is needed, or a folder is where the file is needed. Move it, or choose another folder',
  EISDIR: 'a folder is where the file is needed. Move that folder, or choose another store',
  ENOTEMPTY: 'a folder is where the file is needed. Move that folder, or choose another store',
  ENOSYS: 'the file system has no hard links. Choose a folder on a local disk',
  EXDEV:
    'a part of the store is on another disk or mount (a folder in it is a mount point or a link), and a file cannot be renamed across disks. Move the whole store to one disk, and pass its path',
  EFBIG: 'the file is larger than the file system or the limit of this user permits. Choose another disk',
};

/** Converts the error of a system call while writing `key` into a pipeline error. Other errors are returned unchanged. */
export function toWriteError(error: unknown, key: string, root: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof PipelineError) return error;
  const path = failedPath(error, root);
  const danglingLink = ['ENOENT', 'ENOTDIR', 'EEXIST'].includes(errno)
    ? describeDanglingLink(path)
    : undefined;
  if (danglingLink !== undefined) {
    return new PermanentError(
      'StoreNotWritable',
      `${key} cannot be written to ${root}: ${danglingLink}. The system reported ${errno} for ${path}.`,
      { evidence: { key, root, errno }, cause: error },
    );
  }
  if (!(errno in refusals)) return toTransientError(error, errno, `written to ${root}`, key, root);
  return writeRefusal(errno, path, key, root, error);
}

/** @param errno - a key of `refusals`. */
export function writeRefusal(
  errno: string,
  path: string,
  key: string,
  root: string,
  cause?: unknown,
): PermanentError {
  return new PermanentError(
    'StoreNotWritable',
    `${key} cannot be written to ${root}: ${refusals[errno]}. The system reported ${errno} for ${path}.`,
    { evidence: { key, root, errno }, cause },
  );
}

/** The same for reading. The caller handles absent files. */
export function toReadError(error: unknown, key: string, root: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof PipelineError) return error;
  if (errno !== 'EACCES' && errno !== 'EPERM' && errno !== 'ELOOP') {
    return toTransientError(error, errno, `read from ${root}`, key, root);
  }
  return new PermanentError(
    'InvalidInput',
    `${key || 'The folder'} cannot be read from ${root}: this user has no permission. Change the permissions, or choose another store. The system reported ${errno} for ${failedPath(error, root)}.`,
    { evidence: { key, root, errno }, cause: error },
  );
}

function toTransientError(error: unknown, errno: string, what: string, key: string, root: string): unknown {
  if (errno === 'ENAMETOOLONG') {
    return new PermanentError(
      'InvalidInput',
      `The object key "${key}" is too long for ${root}: a file system allows 255 characters between two "/". Use a shorter name.`,
      { evidence: { key, root, errno }, cause: error },
    );
  }
  return new TransientError(
    'StoreUnavailable',
    `${key || 'The folder'} cannot be ${what} at the moment: the system reported ${errno} for ${failedPath(error, root)}. Try again; if the problem stays, check the disk.`,
    { evidence: { key, root, errno }, cause: error },
  );
}

/** The path of the failed call; for a rename, its target. */
function failedPath(error: unknown, root: string): string {
  const { path, dest } = error as { path?: unknown; dest?: unknown };
  return [dest, path].find((value) => typeof value === 'string') ?? root;
}
