import type { z } from 'zod';
import { PermanentError, type PermanentErrorName } from './errors';
import { shortenMessage, shortenValue } from './shorten';

/**
 * Parses at a process boundary, and turns zod's issues into one sentence for each setting.
 *
 * @param what - subject of the message, e.g. `The config file "run.json"`.
 * @param nameOf - how the message names the setting at a path, which is never empty.
 * @throws PermanentError with `errorName` when `value` does not match the schema.
 */
export function parseOrThrow<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  errorName: PermanentErrorName = 'InvalidInput',
  nameOf: (path: readonly PropertyKey[]) => string = (path) => `"${path.join('.')}"`,
): z.infer<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const where = issue.path.length === 0 ? '' : `${nameOf(issue.path)}: `;
    const received =
      issue.input === undefined || typeof issue.input === 'object'
        ? ''
        : ` (received ${shortenValue(String(JSON.stringify(issue.input) ?? issue.input))})`;
    // An unknown key is part of zod's message.
    return `${shortenValue(where)}${shortenMessage(issue.message)}${received}`;
  });
  throw new PermanentError(errorName, `${what} cannot be used. ${problems.join('; ')}.`);
}

/**
 * Decodes text as editors save it: UTF-8 or UTF-16, with or without a byte order mark, which JSON does not allow.
 * PowerShell writes UTF-16 when output is redirected into a file.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** `undefined` for text that is not JSON, for callers that expect both: services may send plain text instead of JSON. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
