import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PermanentError } from '../contracts/errors';

/** Describes a dangling symbolic link in `path`, which system calls report as an existing or an absent file. */
export function describeDanglingLink(path: string): string | undefined {
  for (let place = path; ; place = dirname(place)) {
    if (isLink(place) && !existsSync(place)) {
      const target = readlinkSync(place);
      return `${place} is a symbolic link to ${target}, which does not exist. Create its target, or remove the link`;
    }
    if (place === dirname(place)) return undefined;
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch (error) {
    // Below a file.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

/**
 * For a store in which nothing was found: an absent folder is an empty store, anything else is a mistake.
 *
 * @throws PermanentError InvalidInput for a file, a path below a file, and a dangling link.
 */
export async function assertNoFile(root: string): Promise<void> {
  const problem = describeDanglingLink(root) ?? (await describeFile(root));
  if (problem !== undefined) throw new PermanentError('InvalidInput', `${problem}.`, { evidence: { root } });
}

/** The longest existing part of the path decides. */
async function describeFile(root: string): Promise<string | undefined> {
  for (let place = root; ; place = dirname(place)) {
    const facts = await stat(place).catch(() => undefined);
    if (facts?.isDirectory() || place === dirname(place)) return undefined;
    if (facts !== undefined)
      return `${place} is a file, and a folder is needed. Pass the folder of that file, or another folder`;
  }
}
