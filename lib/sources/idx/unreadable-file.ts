import { PermanentError } from '../../contracts/errors';

type Evidence = Readonly<Record<string, string | number>>;

/** Truncated, padded or altered: another copy may be good. */
export function damagedFile(
  fileName: string,
  reason: string,
  evidence: Evidence = {},
  cause?: unknown,
): PermanentError {
  return new PermanentError(
    'InvalidDataset',
    `${fileName} is not a complete IDX file: ${reason}. Download or export it again.`,
    { evidence: { fileName, ...evidence }, cause },
  );
}

/** A file of another format. */
export function foreignFile(fileName: string, reason: string, remedy: string): PermanentError {
  return new PermanentError('InvalidDataset', `${fileName} is not an IDX file: ${reason}. ${remedy}`, {
    evidence: { fileName },
  });
}
