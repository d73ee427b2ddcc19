import { readFile, stat } from 'node:fs/promises';
import { PermanentError } from '../lib/contracts/errors';
import { decodeText } from '../lib/contracts/parse';

/**
 * Reads a file that a flag or an argument names.
 *
 * @param what - names it in messages, e.g. `The image "digit.png"`.
 * @param remedy - a sentence that says what is allowed instead.
 * @param maxBytes - checked before anything is read.
 * @throws PermanentError InvalidInput when it cannot be read, or is larger.
 */
export async function readInputFile(
  path: string,
  what: string,
  remedy: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size <= maxBytes) return await readFile(path);
    throw new PermanentError(
      'InvalidInput',
      `${what} has ${size} bytes, and ${maxBytes} at most are read. ${remedy}`,
    );
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new PermanentError('InvalidInput', `${what} cannot be read (${code ?? cause}). ${remedy}`, {
      cause,
    });
  }
}

interface JsonFile {
  /** Completes "It must be … <example>". */
  readonly shape: string;
  readonly example: string;
  readonly maxBytes?: number;
}

/** The value of a JSON file, which is not checked yet. @throws PermanentError InvalidInput as `readInputFile` does. */
export async function readJsonFile(
  path: string,
  what: string,
  { shape, example, maxBytes }: JsonFile,
): Promise<unknown> {
  const remedy = `Give the path of a JSON file such as ${example}.`;
  const text = decodeText(await readInputFile(path, what, remedy, maxBytes));
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${what} is not JSON: ${(cause as Error).message}. It must be ${shape} ${example}.`;
    throw new PermanentError('InvalidInput', message, { cause });
  }
}

/** As `readInputFile`, for a file that need not exist: `undefined` if it does not. */
export async function readFileIfPresent(
  path: string,
  what: string,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const isPresent = await stat(path).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT',
  );
  return isPresent ? readInputFile(path, what, 'Check the file, or remove it.', maxBytes) : undefined;
}
