import { readFile } from 'node:fs/promises';
import { PermanentError } from '../lib/contracts/errors';

/**
 * A file that a flag or an argument names.
 *
 * @param what - names it for the reader, e.g. `The picture "digit.png"`.
 * @param remedy - a sentence that says what to give instead.
 * @throws PermanentError InvalidInput when it cannot be read.
 */
export async function readInputFile(path: string, what: string, remedy: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PermanentError('InvalidInput', `${what} cannot be read (${code ?? cause}). ${remedy}`, {
      cause,
    });
  }
}
