import { PermanentError } from '../contracts/errors';
import { LocalFiles } from './local-files';
import type { SourceFiles } from './source-files';

/** S3's rules for bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const s3Location = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/**
 * Opens a local file or folder, `s3://bucket/key` or `s3://bucket/prefix`. The AWS SDK is loaded only for a bucket.
 *
 * @throws PermanentError InvalidInput for anything else; InvalidDataset for a path where nothing is.
 */
export async function openSourceFiles(location: string): Promise<SourceFiles> {
  const match = s3Location.exec(location);
  if (match !== null) {
    const { S3Files } = await import('./s3-files');
    return S3Files.open(match[1]!, match[2] ?? '');
  }
  const looksLikeUrl = /^(s3:|[a-z][a-z0-9+.-]*:\/\/)/i.test(location);
  if (location.trim() === '' || location.includes('\0') || looksLikeUrl) {
    throw new PermanentError(
      'InvalidInput',
      `The dataset ${JSON.stringify(location)} is not allowed. Give "mnist", a file, a folder, or "s3://bucket/prefix" with a bucket name of 3 to 63 lower-case letters, digits, "." and "-".`,
      { evidence: { location } },
    );
  }
  return LocalFiles.open(location);
}
