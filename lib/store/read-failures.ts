import { PermanentError, PipelineError } from '../contracts/errors';
import { assertObjectKey } from '../contracts/object-keys';

/** Read errors that all stores share. */

export function artifactNotFound(key: string, location: string, cause?: unknown): PermanentError {
  return new PermanentError(
    'ArtifactNotFound',
    `${key} is not in ${location}. Check the name, or run the step that writes it again.`,
    { evidence: { key, location }, cause },
  );
}

/** @throws PermanentError CorruptArtifact unless `actual` is one of `recorded`, or nothing was recorded. */
export function assertChecksum(
  key: string,
  location: string,
  actual: string,
  recorded: readonly string[] | undefined,
  howToAccept = '',
): void {
  if (recorded === undefined || recorded.includes(actual)) return;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${location} was changed after it was written: its SHA-256 is ${actual}, and ${recorded.join(' or ') || 'none'} was recorded. Delete it and run the step that writes it again${howToAccept}.`,
    { evidence: { key, location, actual, recorded: recorded.join(' ') } },
  );
}

/** @throws PermanentError InvalidInput for a negative, fractional or infinite offset or length. */
export function assertRange(key: string, offset: number, length: number): void {
  if ([offset, length].every((value) => Number.isSafeInteger(value) && value >= 0)) return;
  throw new PermanentError(
    'InvalidInput',
    `The range of ${key} cannot be read: received offset ${offset} and length ${length}; both must be whole numbers of bytes, 0 or more.`,
    { evidence: { key, offset: String(offset), length: String(length) } },
  );
}

export function endsTooEarly(key: string, location: string, neededBytes: number): PermanentError {
  return new PermanentError(
    'CorruptArtifact',
    `${key} in ${location} is too short: at least ${neededBytes} bytes are needed. Delete it and run the step that writes it again.`,
    { evidence: { key, location, neededBytes } },
  );
}

/** Files of people with names that are not valid keys ("My notes.txt") are not objects. */
export function isObjectKey(key: string): boolean {
  try {
    assertObjectKey(key);
    return true;
  } catch {
    return false;
  }
}

/** S3 answered 403: the object may not be read, or it is absent and the bucket may not be listed. */
export function isRefusedRead(error: unknown): boolean {
  return error instanceof PipelineError && error.evidence['status'] === 403;
}
