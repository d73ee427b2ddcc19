import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PermanentError } from '../lib/contracts/errors';

/**
 * Writes a page that a command was asked for, and the folders above it.
 *
 * @param advice - completes "Give a file in a writable folder".
 * @throws PermanentError StoreNotWritable.
 */
export async function writePage(path: string, page: string, advice: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, page);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PermanentError(
      'StoreNotWritable',
      `The page ${JSON.stringify(path)} cannot be written (${code ?? cause}). Give a file in a writable folder${advice}.`,
      { cause },
    );
  }
}
