import { PipelineError } from '../contracts/errors';
import { findProxyAgent } from './proxy-agent';

/** A failed request as the SDK describes it. A HEAD response has no body, so the message may be empty. */
export interface RequestFailure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  /** Every response of AWS has a request id; a proxy's has none. */
  readonly answeredBy: 'service' | 'proxy';
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const credentialErrors = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);
/** The last four mean that the request was altered on its way. */
const transientErrors =
  /^(SlowDown|ServiceUnavailable|InternalError|RequestTimeout|TimeoutError|AbortError|NetworkingError|OperationAborted|ConditionalRequestConflict|ThrottlingException|Throttling|ThrottledException|TooManyRequests(Exception)?|RequestLimitExceeded|BandwidthLimitExceeded|RequestTimeTooSkewed|BadDigest|IncompleteBody|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|E[A-Z]{2,}(_[A-Z]+)?)$/;

/**
 * The name is S3's error code, or the system's for a broken connection. `undefined` for an error that did not come from
 * a request.
 */
export function failureOf(error: unknown): RequestFailure | undefined {
  if (typeof error !== 'object' || error === null || error instanceof PipelineError) return undefined;
  const { name: errorName = '', message = '', code, $metadata } = error as Partial<SdkError>;
  const isOfRequest =
    $metadata !== undefined ||
    typeof code === 'string' ||
    credentialErrors.has(errorName) ||
    transientErrors.test(errorName) ||
    errorName === 'EndpointError' ||
    /^(Region is missing|Region not accepted|The services section|Checksum mismatch|aborted)/.test(message);
  if (!isOfRequest) return undefined;
  const name = errorName === 'Error' && typeof code === 'string' ? code : errorName;
  const status = $metadata?.httpStatusCode;
  const isOfProxy =
    status !== undefined && $metadata?.requestId === undefined && findProxyAgent() !== undefined;
  return { name, message, status, answeredBy: isOfProxy ? 'proxy' : 'service' };
}

export function isCredentialFailure({ name }: RequestFailure): boolean {
  return credentialErrors.has(name);
}

export function isTransientFailure(failure: RequestFailure): boolean {
  const { name, message, status } = failure;
  if (isUnknownHost(failure)) return isOnAws();
  // Retrying does not help.
  if (name === 'NotImplemented' || status === 501) return false;
  return (
    transientErrors.test(name) ||
    message === 'aborted' ||
    status === 429 ||
    (status !== undefined && (status >= 500 || isSuccess(status)))
  );
}

/** A successful response that cannot be read: it was truncated or altered on its way. */
const isSuccess = (status: number) => status >= 200 && status < 300;

export const credentialAdvice =
  'the AWS credentials are missing, expired or wrong. Sign in again (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/** The host name does not exist. On Linux, an unavailable network has another error code. */
const isUnknownHost = ({ name }: RequestFailure) => name === 'ENOTFOUND';

/** In a function or a job the region is not mistyped, but a name server may be unavailable. */
const isOnAws = () =>
  process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined || process.env['AWS_BATCH_JOB_ID'] !== undefined;

/** Advice for a problem with the connection to any service; `undefined` for other problems. */
export function connectionAdvice(failure: RequestFailure): string | undefined {
  const { name, message, status, answeredBy } = failure;
  if (message.startsWith('Region not accepted')) {
    return 'the region is not valid. Check AWS_REGION and the profile: a region looks like eu-central-1.';
  }
  if (message.startsWith('The services section')) {
    return 'the profile is incomplete. Add that section to the file, or remove "services" from the profile.';
  }
  if (name === 'EndpointError' || (name === 'TypeError' && message === 'Invalid URL')) {
    return 'the endpoint is not a valid address. Check AWS_ENDPOINT_URL, and endpoint_url in the profile: an address looks like http://127.0.0.1:4566.';
  }
  if (isUnknownHost(failure) && !isOnAws()) {
    return 'the host does not exist. Check the region (AWS_REGION, or the profile), AWS_ENDPOINT_URL and HTTPS_PROXY for spelling, and the network of this machine.';
  }
  if (status === 407) {
    return 'the proxy requires authentication. Add name and password to its address, as in HTTPS_PROXY=http://name:password@proxy.example.com:3128.';
  }
  if (answeredBy === 'proxy' && status === 403) {
    return 'the proxy denied the request. Ask its administrator, or add the host to NO_PROXY if it can be reached directly.';
  }
  return undefined;
}
