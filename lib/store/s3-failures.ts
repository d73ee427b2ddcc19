import { PermanentError, PipelineError, TransientError } from '../contracts/errors';

/** What the SDK says of a failed request; every field may be absent, as HEAD answers have no body. */
export interface RequestFailure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly $metadata: { readonly httpStatusCode?: number };
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
    /^(Region is missing|Checksum mismatch|aborted)/.test(message);
  if (!isOfRequest) return undefined;
  const name = errorName === 'Error' && typeof code === 'string' ? code : errorName;
  return { name, message, status: $metadata?.httpStatusCode };
}

export function isCredentialFailure({ name }: RequestFailure): boolean {
  return credentialErrors.has(name);
}

export function isPassingFailure({ name, message, status }: RequestFailure): boolean {
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

export function isAbsentObject(error: unknown): boolean {
  const failure = failureOf(error);
  if (failure === undefined || failure.name === 'NoSuchBucket') return false;
  return failure.name === 'NoSuchKey' || failure.name === 'NotFound' || failure.status === 404;
}

/** Turns the SDK's error into the pipeline's words; errors that are not of a request stay as they are. */
export function asS3Failure(
  error: unknown,
  action: 'read' | 'write',
  object: { readonly bucket: string; readonly key: string; readonly location: string },
): unknown {
  const failure = failureOf(error);
  if (failure === undefined) return error;
  const { name, message, status } = failure;
  const { bucket, key, location } = object;
  const details = { evidence: { bucket, key, error: name, status: status ?? null }, cause: error };
  const what = action === 'read' ? `${key || 'The list'} cannot be read from` : `${key} cannot be written to`;
  const said = `S3 said ${name}${status === undefined ? '' : ` (HTTP ${status})`}: ${message}`;
  const permanent = (errorName: 'InvalidInput' | 'StoreNotWritable' | 'CorruptArtifact', advice: string) =>
    new PermanentError(errorName, `${what} ${location}: ${advice} ${said}`, details);

  if (name === 'NoSuchBucket') {
    return permanent(
      'InvalidInput',
      `there is no bucket "${bucket}". Check its spelling, the account (aws sts get-caller-identity) and AWS_ENDPOINT_URL.`,
    );
  }
  if (isCredentialFailure(failure)) return permanent('InvalidInput', credentialAdvice);
  if (
    message.startsWith('Region is missing') ||
    /^(PermanentRedirect|301|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/.test(name) ||
    status === 301
  ) {
    return permanent(
      'InvalidInput',
      "the region is missing or is not the bucket's. Set AWS_REGION to the bucket's region.",
    );
  }
  if (message.startsWith('Checksum mismatch')) {
    return permanent(
      'CorruptArtifact',
      'the bytes differ from the checksum that S3 keeps. Delete it and run again.',
    );
  }
  if (isPassingFailure(failure)) {
    return new TransientError('StoreUnavailable', `${what} ${location} for now. ${said} Try again.`, details);
  }
  if (status === 403 || name === 'AccessDenied') {
    return action === 'write'
      ? permanent(
          'StoreNotWritable',
          'this identity may not write there. It needs s3:PutObject on the key, and the use of the KMS key if the bucket has one.',
        )
      : permanent(
          'InvalidInput',
          'this identity may not read there, or the object is absent and it may not list. It needs s3:GetObject on the key and s3:ListBucket on the bucket.',
        );
  }
  return permanent(
    action === 'write' ? 'StoreNotWritable' : 'InvalidInput',
    'S3 refused the request. Check the bucket and its policies.',
  );
}

/** An empty or foreign answer looks like a list of nothing. */
export function partlyListed(prefix: string, location: string, keyCount: number | undefined): TransientError {
  return new TransientError(
    'StoreUnavailable',
    `The list of ${prefix || 'everything'} in ${location} is not what S3 sends: its KeyCount is ${keyCount ?? 'missing'}, and it must be the number of keys. Try again; if it stays so, something between here and S3 answers in its place.`,
    { evidence: { prefix, keyCount: keyCount ?? null } },
  );
}

export function tooManyConflicts(
  key: string,
  location: string,
  attempts: number,
  cause: unknown,
): TransientError {
  return new TransientError(
    'StoreUnavailable',
    `${key} in ${location} was being written by others during each of ${attempts} attempts. Try again when fewer processes write it.`,
    { evidence: { key, attempts }, cause },
  );
}
