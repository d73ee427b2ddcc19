import { PermanentError, TransientError } from '../contracts/errors';
import {
  connectionAdvice,
  credentialAdvice,
  failureOf,
  isCredentialFailure,
  isTransientFailure,
} from './aws-failures';

export function isAbsentObject(error: unknown): boolean {
  const failure = failureOf(error);
  if (failure === undefined || failure.name === 'NoSuchBucket') return false;
  return failure.name === 'NoSuchKey' || failure.name === 'NotFound' || failure.status === 404;
}

/** Converts an SDK error into a pipeline error. An error that did not come from a request is returned unchanged. */
export function toS3Error(
  error: unknown,
  action: 'read' | 'write',
  object: { readonly bucket: string; readonly key: string; readonly location: string },
): unknown {
  const failure = failureOf(error);
  if (failure === undefined) return error;
  const { name, message, status, answeredBy } = failure;
  const { bucket, key, location } = object;
  const details = { evidence: { bucket, key, error: name, status: status ?? null }, cause: error };
  const what = action === 'read' ? `${key || 'The list'} cannot be read from` : `${key} cannot be written to`;
  const said = `${answeredBy === 'proxy' ? 'The proxy' : 'S3'} said ${name}${status === undefined ? '' : ` (HTTP ${status})`}: ${message}`;
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
      "the region is missing or differs from the bucket's. Set AWS_REGION to the bucket's region.",
    );
  }
  if (message.startsWith('Checksum mismatch')) {
    return permanent(
      'CorruptArtifact',
      'the bytes differ from the checksum that S3 keeps. Delete it and run again.',
    );
  }
  if (isTransientFailure(failure)) {
    return new TransientError('StoreUnavailable', `${what} ${location} for now. ${said} Try again.`, details);
  }
  if (name === 'NotImplemented' || status === 501) {
    return permanent(
      action === 'write' ? 'StoreNotWritable' : 'InvalidInput',
      'this service lacks a feature of S3 that a store needs, such as conditional writes (If-None-Match and If-Match). Use a bucket on AWS, or a folder.',
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
          'this identity may not write there. It needs s3:PutObject on the key, and permission to use the KMS key if the bucket has one.',
        )
      : permanent(
          'InvalidInput',
          'this identity may not read the object, or the object is absent and this identity may not list the bucket. It needs s3:GetObject on the key and s3:ListBucket on the bucket.',
        );
  }
  return permanent(
    action === 'write' ? 'StoreNotWritable' : 'InvalidInput',
    'S3 refused the request. Check the bucket and its policies.',
  );
}

/** An empty response, or one from another program, looks like an empty list. */
export function partlyListed(prefix: string, location: string, keyCount: number | undefined): TransientError {
  return new TransientError(
    'StoreUnavailable',
    `The list of ${prefix || 'everything'} in ${location} is not a response of S3: its KeyCount is ${keyCount ?? 'missing'}, and it must be the number of keys. Try again; if the problem stays, a proxy answers instead of S3.`,
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
    `${key} in ${location} was written by other processes during each of ${attempts} attempts. Try again when fewer processes write it.`,
    { evidence: { key, attempts }, cause },
  );
}
