import { PermanentError } from '../contracts/errors';

type Evidence = Readonly<Record<string, string | number>>;

/** Cut short, padded, or altered on its way: another copy of it is whole. */
export function damagedFile(
  fileName: string,
  reason: string,
  evidence: Evidence = {},
  cause?: unknown,
): PermanentError {
  return new PermanentError(
    'InvalidDataset',
    `${fileName} is not a whole IDX file: ${reason}. Download or export it again.`,
    { evidence: { fileName, ...evidence }, cause },
  );
}

/** Whole, and of another format: no other copy of it will do. */
export function foreignFile(fileName: string, reason: string, remedy: string): PermanentError {
  return new PermanentError('InvalidDataset', `${fileName} is not an IDX file: ${reason}. ${remedy}`, {
    evidence: { fileName },
  });
}

/** A whole IDX file that cannot be used as it is. */
export function unusableFile(fileName: string, problem: string, remedy: string): PermanentError {
  return new PermanentError('InvalidDataset', `${fileName} ${problem}. ${remedy}`, {
    evidence: { fileName },
  });
}
