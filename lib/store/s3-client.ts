import { S3Client } from '@aws-sdk/client-s3';
import { type ConnectionLimits, connectionSettings } from './aws-connection';

/** When a request is given up and sent again. */
export interface S3Limits extends ConnectionLimits {
  /** The first attempt included. */
  readonly maxAttempts: number;
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
 * A client for one bucket. Region, credentials, endpoint and proxy from the environment and the profile.
 *
 * @param region - where it is known; @default the environment's
 * @param limits - @default by whether this is a Lambda function
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
 * With an endpoint of your own (an emulator, MinIO), as such hosts have no name for each bucket. The endpoint may come
 * from AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or the profile and its services section:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. The SDK alone knows which, and says so here.
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
 * S3 refuses a request that reaches another region than the bucket's, and says which that is. The request is sent there,
 * as are all that follow; the SDK's own `followRegionRedirects` asks the wrong region first, every time.
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
