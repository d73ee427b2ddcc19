import { PermanentError, TransientError } from '../contracts/errors';
import {
  connectionAdvice,
  credentialAdvice,
  failureOf,
  isCredentialFailure,
  isPassingFailure,
} from './aws-failures';

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
  const { name, message, status, speaker } = failure;
  const { bucket, key, location } = object;
  const details = { evidence: { bucket, key, error: name, status: status ?? null }, cause: error };
  const what = action === 'read' ? `${key || 'The list'} cannot be read from` : `${key} cannot be written to`;
  const said = `${speaker === 'proxy' ? 'The proxy' : 'S3'} said ${name}${status === undefined ? '' : ` (HTTP ${status})`}: ${message}`;
  const permanent = (errorName: 'InvalidInput' | 'StoreNotWritable' | 'CorruptArtifact', advice: string) =>
    new PermanentError(errorName, `${what} ${location}: ${advice} ${said}`, details);

  if (name === 'NoSuchBucket') {
    return permanent(
      'InvalidInput',
      `there is no bucket "${bucket}". Check its spelling, the account (aws sts get-caller-identity) and AWS_ENDPOINT_URL.`,
    );
  }
  const advice = connectionAdvice(failure);
  if (advice !== undefined) return permanent('InvalidInput', advice);
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
  if (name === 'NotImplemented' || status === 501) {
    return permanent(
      action === 'write' ? 'StoreNotWritable' : 'InvalidInput',
      'this service lacks a part of S3 that a store needs, such as conditional writes (If-None-Match and If-Match), which keep two writers apart. Use a bucket of AWS, or a folder.',
    );
  }
  if (message.includes('kms:')) {
    return permanent(
      action === 'write' ? 'StoreNotWritable' : 'InvalidInput',
      "this identity may not use the object's KMS key. It needs kms:Decrypt on the key to read, and kms:GenerateDataKey to write; a workflow on AWS gets the first for the keys in the deployment setting datasetKeys.",
    );
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
