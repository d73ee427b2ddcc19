import { S3Client } from '@aws-sdk/client-s3';

/** When a request is given up and sent again. */
export interface S3Limits {
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** For the connection to stand. */
  readonly connectMilliseconds: number;
  /** Without a byte in either direction, in the answer's body as well. */
  readonly idleMilliseconds: number;
}

/** Patient with a slow uplink, where megabytes are on their way while nothing seems to happen. */
const limitsAnywhere: S3Limits = {
  maxAttempts: 5,
  connectMilliseconds: 10_000,
  idleMilliseconds: 60_000,
};

/**
 * In a Lambda function, next to S3: a call that meets silence at every attempt has to end as `StoreUnavailable`, which
 * is tried again, before the function itself is stopped, which is not.
 */
export const limitsInFunctions: S3Limits = { ...limitsAnywhere, idleMilliseconds: 10_000 };

/**
 * Region, credentials and `AWS_ENDPOINT_URL` from the environment. With an endpoint of one's own (an emulator, MinIO)
 * the bucket goes into the path, as such hosts have no name for each bucket.
 *
 * @param region - where it is known; @default the environment's
 * @param limits - @default by whether this is a Lambda function
 */
export function createS3Client(region?: string, limits: Partial<S3Limits> = {}): S3Client {
  const hasOwnEndpoint = Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']);
  const isFunction = process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined;
  const { maxAttempts, connectMilliseconds, idleMilliseconds } = {
    ...(isFunction ? limitsInFunctions : limitsAnywhere),
    ...limits,
  };
  return new S3Client({
    forcePathStyle: hasOwnEndpoint,
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    requestHandler: { connectionTimeout: connectMilliseconds, socketTimeout: idleMilliseconds },
  });
}
