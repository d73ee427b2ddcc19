import { PipelineError } from '../contracts/errors';
import { findProxyAgent } from './proxy-agent';

/** What the SDK says of a failed request; every field may be absent, as HEAD answers have no body. */
export interface RequestFailure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  /** Who said it: every answer of AWS has an id, which what stands in between does not give. */
  readonly speaker: 'service' | 'proxy';
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
/** The last four: what was sent is not what arrived. */
const passingErrors =
  /^(SlowDown|ServiceUnavailable|InternalError|RequestTimeout|TimeoutError|AbortError|NetworkingError|OperationAborted|ConditionalRequestConflict|ThrottlingException|Throttling|ThrottledException|TooManyRequests(Exception)?|RequestLimitExceeded|BandwidthLimitExceeded|RequestTimeTooSkewed|BadDigest|IncompleteBody|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|E[A-Z]{2,}(_[A-Z]+)?)$/;

/**
 * The name that decides: the error code of S3, or of the system for a broken connection; `undefined` for an error
 * that is not of a request at all.
 */
export function failureOf(error: unknown): RequestFailure | undefined {
  if (typeof error !== 'object' || error === null || error instanceof PipelineError) return undefined;
  const { name: errorName = '', message = '', code, $metadata } = error as Partial<SdkError>;
  const isOfRequest =
    $metadata !== undefined ||
    typeof code === 'string' ||
    credentialErrors.has(errorName) ||
    passingErrors.test(errorName) ||
    errorName === 'EndpointError' ||
    /^(Region is missing|Region not accepted|The services section|Checksum mismatch|aborted)/.test(message);
  if (!isOfRequest) return undefined;
  const name = errorName === 'Error' && typeof code === 'string' ? code : errorName;
  const status = $metadata?.httpStatusCode;
  const isOfProxy =
    status !== undefined && $metadata?.requestId === undefined && findProxyAgent() !== undefined;
  return { name, message, status, speaker: isOfProxy ? 'proxy' : 'service' };
}

export function isCredentialFailure({ name }: RequestFailure): boolean {
  return credentialErrors.has(name);
}

export function isPassingFailure(failure: RequestFailure): boolean {
  const { name, message, status } = failure;
  if (isUnknownHost(failure)) return isOnAws();
  // What is not implemented today is not tomorrow.
  if (name === 'NotImplemented' || status === 501) return false;
  return (
    passingErrors.test(name) ||
    message === 'aborted' ||
    status === 429 ||
    (status !== undefined && (status >= 500 || isSuccess(status)))
  );
}

/** Said yes, in an answer that cannot be read: it was cut short or altered on the way. */
const isSuccess = (status: number) => status >= 200 && status < 300;

export const credentialAdvice =
  'the AWS credentials are missing, expired or wrong. Sign in again (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/** Of a name that there is not: on Linux, a network that is away has another one. */
const isUnknownHost = ({ name }: RequestFailure) => name === 'ENOTFOUND';

/** In a function or a job nobody mistypes a region, and a name server may be away. */
const isOnAws = () =>
  process.env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined || process.env['AWS_BATCH_JOB_ID'] !== undefined;

/** What is wrong with the way to the service, whichever it is; `undefined` where it is something else. */
export function connectionAdvice(failure: RequestFailure): string | undefined {
  const { name, message, status, speaker } = failure;
  if (message.startsWith('Region not accepted')) {
    return 'the region is none. Check AWS_REGION and the profile: a region is written like eu-central-1.';
  }
  if (message.startsWith('The services section')) {
    return 'the profile is incomplete. Add that section to the file, or take "services" out of the profile.';
  }
  if (name === 'EndpointError' || (name === 'TypeError' && message === 'Invalid URL')) {
    return 'the endpoint is no address. Check AWS_ENDPOINT_URL, and endpoint_url in the profile: an address is written like http://127.0.0.1:4566.';
  }
  if (isUnknownHost(failure) && !isOnAws()) {
    return 'there is no such host. Check the region (AWS_REGION, or the profile), AWS_ENDPOINT_URL and HTTPS_PROXY for spelling, and that this machine has a network.';
  }
  if (status === 407) {
    return 'the proxy asks who is there. Put name and password into its address, as in HTTPS_PROXY=http://name:password@proxy.example.com:3128.';
  }
  if (speaker === 'proxy' && status === 403) {
    return 'the proxy does not let the request through. Ask whoever keeps it, or except the host in NO_PROXY if it can be reached directly.';
  }
  return undefined;
}
