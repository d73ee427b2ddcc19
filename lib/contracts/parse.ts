import type { z } from 'zod';
import { PermanentError, type PermanentErrorName } from './errors';

/**
 * Parses at a process boundary, and turns zod's issues into one sentence a setting.
 *
 * @param what - names the thing for the reader, e.g. `The config file "run.json"`.
 * @throws PermanentError with `errorName` when `value` does not fit.
 */
export function parseOrThrow<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
  errorName: PermanentErrorName = 'InvalidInput',
): z.infer<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const where = issue.path.length === 0 ? '' : `"${issue.path.join('.')}": `;
    const received =
      issue.input === undefined || typeof issue.input === 'object'
        ? ''
        : ` (received ${String(JSON.stringify(issue.input) ?? issue.input)})`;
    return `${where}${issue.message}${received}`;
  });
  throw new PermanentError(errorName, `${what} cannot be used. ${problems.join('; ')}.`);
}

/** `undefined` for what is no JSON, where that is one of the answers: services put plain text in its place. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
