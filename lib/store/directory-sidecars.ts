import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsence } from './directory-failures';
import { replaceFile, unlinkIfPresent } from './directory-files';

/**
 * The checksums of a directory store, at `<root>/.store/sha256/<key>`: one SHA-256 a line, of every whole version that
 * may be at the key's path. A writer adds the new one before it moves the file into place and takes the old ones away
 * afterwards, so a kill in between never makes a good file look corrupt.
 */
export class Sidecars {
  constructor(
    private readonly folder: string,
    private readonly temporaryFolder: string,
  ) {}

  pathOf(key: string): string {
    return join(this.folder, key);
  }

  /** `undefined` for a file that did not come through a store: there is nothing to compare it with. */
  async read(key: string): Promise<readonly string[] | undefined> {
    try {
      const text = await readFile(this.pathOf(key), 'utf8');
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** Under the key's lock only. No versions: the sidecar goes. */
  async replace(key: string, versions: readonly string[]): Promise<void> {
    if (versions.length === 0) return unlinkIfPresent(this.pathOf(key));
    const text = versions.map((sha256) => `${sha256}\n`).join('');
    await replaceFile(this.temporaryFolder, this.pathOf(key), new TextEncoder().encode(text));
  }
}
