import { PermanentError } from '../contracts/errors';
import { DirectoryStore } from './directory-store';
import type { ObjectStore } from './object-store';

/** S3's rules for bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const s3Location = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * Opens `s3://bucket`, `s3://bucket/prefix`, or a folder, which need not exist yet. The AWS SDK is loaded only for a
 * bucket.
 *
 * @throws PermanentError InvalidInput for anything else.
 */
export async function openStore(location: string): Promise<ObjectStore> {
  const match = s3Location.exec(location);
  if (match !== null) {
    const { createS3Store } = await import('./s3-store');
    return createS3Store(match[1]!, match[2]);
  }
  const looksLikeUrl = /^(s3:|[a-z][a-z0-9+.-]*:\/\/)/i.test(location);
  if (location.trim() === '' || location.includes('\0') || looksLikeUrl) {
    throw new PermanentError(
      'InvalidInput',
      `The store ${JSON.stringify(location)} is not allowed. Give a folder ("artifacts"), or "s3://bucket" or "s3://bucket/prefix" with a bucket name of 3 to 63 lower-case letters, digits, "." and "-".`,
      { evidence: { location } },
    );
  }
  return new DirectoryStore(location);
}
