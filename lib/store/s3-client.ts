import { S3Client } from '@aws-sdk/client-s3';
import { type ConnectionLimits, connectionSettings } from './aws-connection';

/** Timeouts and retries of a request. */
export interface S3Limits extends ConnectionLimits {
  /** Including the first attempt. */
  readonly maxAttempts: number;
}

/** Long enough for a slow upload, during which no response arrives. */
const limitsAnywhere: S3Limits = {
  maxAttempts: 5,
  connectMilliseconds: 10_000,
  idleMilliseconds: 60_000,
};

/**
 * In a Lambda function: a call without any response has to fail with `StoreUnavailable`, which is retried, before the
 * function's own timeout, which is not.
 */
export const limitsInFunctions: S3Limits = { ...limitsAnywhere, idleMilliseconds: 10_000 };

/**
 * A client for one bucket. Region, credentials, endpoint and proxy come from the environment and the profile.
 *
 * @param region - @default the environment's
 * @param limits - @default those for a Lambda function or for any other machine
 */
export function createS3Client(region?: string, limits: Partial<S3Limits> = {}): S3Client {
  const isFunction = process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined;
  const { maxAttempts, ...connection } = { ...(isFunction ? limitsInFunctions : limitsAnywhere), ...limits };
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    ...connectionSettings(connection),
  });
  putBucketIntoPath(client);
  followBucketRegion(client);
  return client;
}

/**
 * For a custom endpoint (an emulator, MinIO), which has no host name for each bucket. The endpoint may come
 * from AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or the profile and its services section:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. Only the SDK knows which one; it passes it here.
 */
function putBucketIntoPath(client: S3Client): void {
  const { endpointProvider } = client.config;
  client.config.endpointProvider = (parameters, context) =>
    endpointProvider(
      parameters['Endpoint'] === undefined ? parameters : { ...parameters, ForcePathStyle: true },
      context,
    );
}

/**
 * S3 refuses a request to another region than the bucket's, and names the right one. This request and all later ones are
 * sent there; the SDK's `followRegionRedirects` asks the wrong region first for every request.
 */
function followBucketRegion(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        const region = bucketRegionOf(error);
        if (region === undefined || region === (await client.config.region())) throw error;
        client.config.region = async () => region;
        return next(request);
      }
    },
    { step: 'initialize', name: 'followBucketRegion' },
  );
}

function bucketRegionOf(error: unknown): string | undefined {
  const { $response, Region } = error as {
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
    readonly Region?: unknown;
  };
  const region = $response?.headers?.['x-amz-bucket-region'] ?? Region;
  return typeof region === 'string' && /^[a-z0-9-]+$/.test(region) ? region : undefined;
}
