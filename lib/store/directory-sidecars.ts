import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAbsence } from './directory-failures';
import { removeEmptyFolders, replaceFile, unlinkIfPresent } from './directory-files';

/**
 * The checksums of a directory store, at `<root>/.store/sha256/<key>`: one SHA-256 per line, for every version that may be
 * at the key's path. A writer adds the new checksum before it moves the file into place, and removes the old ones
 * afterwards, so a kill in between never makes a valid file look corrupt.
 */
export class Sidecars {
  constructor(
    private readonly folder: string,
    private readonly temporaryFolder: string,
  ) {}

  pathOf(key: string): string {
    return join(this.folder, key);
  }

  /** `undefined` for a file that was not written through a store. */
  async read(key: string): Promise<readonly string[] | undefined> {
    try {
      const text = await readFile(this.pathOf(key), 'utf8');
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** Requires the key's lock. Without versions, the sidecar is removed. */
  async replace(key: string, versions: readonly string[]): Promise<void> {
    if (versions.length === 0) return unlinkIfPresent(this.pathOf(key));
    const text = versions.map((sha256) => `${sha256}\n`).join('');
    await replaceFile(this.temporaryFolder, this.pathOf(key), new TextEncoder().encode(text));
  }

  /** Requires the key's lock. */
  async remove(key: string): Promise<void> {
    await this.replace(key, []);
    await removeEmptyFolders(dirname(this.pathOf(key)), this.folder);
  }
}
