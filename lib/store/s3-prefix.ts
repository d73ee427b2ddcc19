import { PermanentError } from '../contracts/errors';

/** S3's limit for the whole key. */
const maxKeyBytes = 1024;

/**
 * Our keys are restricted, but users choose the prefix, and S3 permits nearly any character.
 *
 * @throws PermanentError InvalidInput for a prefix that the path of a request cannot contain.
 */
export function assertS3Prefix(prefix: string): void {
  const reason = findProblem(prefix.replace(/\/$/, ''));
  if (prefix === '' || reason === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `The prefix ${JSON.stringify(prefix)} is not allowed: ${reason}. Use one such as "team/digits".`,
    { evidence: { prefix } },
  );
}

function findProblem(prefix: string): string | undefined {
  const bytes = new TextEncoder().encode(prefix).length;
  if (bytes >= maxKeyBytes) return `it has ${bytes} bytes, and a whole key has at most ${maxKeyBytes}`;
  const control = /\p{Cc}/u.exec(prefix);
  if (control !== null) return `it has the control character ${JSON.stringify(control[0])}`;
  const segments = prefix.split('/');
  if (segments.includes('')) return 'it has an empty segment (a leading or doubled "/")';
  const dots = segments.find((segment) => segment === '.' || segment === '..');
  return dots === undefined
    ? undefined
    : `it has the segment "${dots}", which the path of a request cannot contain`;
}
