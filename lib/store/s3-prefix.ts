import { PermanentError } from '../contracts/errors';

/** S3's own limit, for the whole key. */
const maxKeyBytes = 1024;

/**
 * Our keys are plain; what lies before them in a bucket was named by somebody else, and S3 takes nearly anything there.
 *
 * @throws PermanentError InvalidInput for a prefix that a request's path cannot carry.
 */
export function assertS3Prefix(prefix: string): void {
  const reason = whatIsWrongWith(prefix.replace(/\/$/, ''));
  if (prefix === '' || reason === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `The prefix ${JSON.stringify(prefix)} is not allowed: ${reason}. Use one such as "team/digits".`,
    { evidence: { prefix } },
  );
}

function whatIsWrongWith(prefix: string): string | undefined {
  const bytes = new TextEncoder().encode(prefix).length;
  if (bytes >= maxKeyBytes) return `it has ${bytes} bytes, and a whole key has at most ${maxKeyBytes}`;
  const control = /\p{Cc}/u.exec(prefix);
  if (control !== null) return `it has the control character ${JSON.stringify(control[0])}`;
  const segments = prefix.split('/');
  if (segments.includes('')) return 'it has an empty segment (a leading or doubled "/")';
  const dots = segments.find((segment) => segment === '.' || segment === '..');
  return dots === undefined ? undefined : `it has the segment "${dots}", which a request's path cannot carry`;
}
