import { PermanentError } from '../contracts/errors';

/** A message has 4,000 characters at most. */
const maxListed = 12;

/**
 * One error for everything that makes a dataset unusable.
 *
 * @param count - of all problems, of which `problems` may be only some. @default - their number
 */
export function refuseDataset(
  location: string,
  problems: readonly string[],
  count = problems.length,
): PermanentError {
  const [first = ''] = problems;
  if (count === 1) return new PermanentError('InvalidDataset', first, { evidence: { location } });
  const listed = problems.slice(0, maxListed);
  const more = count > listed.length ? `\n… and ${(count - listed.length).toLocaleString('en')} more.` : '';
  return new PermanentError(
    'InvalidDataset',
    `The dataset ${JSON.stringify(location)} has ${count.toLocaleString('en')} problems:\n${listed.map((problem) => `- ${problem}`).join('\n')}${more}`,
    { evidence: { location, count } },
  );
}
