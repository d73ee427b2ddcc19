import { S3Client } from '@aws-sdk/client-s3';

/** When a request is given up and sent again. */
export interface S3Limits {
  /** The first attempt included. @default 5 */
  readonly maxAttempts?: number;
  /** For the connection to stand. @default 10_000 */
  readonly connectMilliseconds?: number;
  /** Without a byte in either direction, in the answer's body as well. @default 60_000 */
  readonly idleMilliseconds?: number;
}

/**
 * Region, credentials and `AWS_ENDPOINT_URL` from the environment. With an endpoint of one's own (an emulator, MinIO)
 * the bucket goes into the path, as such hosts have no name for each bucket.
 *
 * @param region - where it is known; @default the environment's
 */
export function createS3Client(
  region?: string,
  { maxAttempts = 5, connectMilliseconds = 10_000, idleMilliseconds = 60_000 }: S3Limits = {},
): S3Client {
  const hasOwnEndpoint = Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']);
  return new S3Client({
    forcePathStyle: hasOwnEndpoint,
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    requestHandler: { connectionTimeout: connectMilliseconds, socketTimeout: idleMilliseconds },
  });
}
