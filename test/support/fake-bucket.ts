import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

interface StoredObject {
  body: Uint8Array;
  readonly etag: string;
  readonly metadata: Record<string, string>;
}

/** The error that the SDK throws for a response of S3. */
export function s3Error(name: string, httpStatusCode: number, attempts = 1): S3ServiceException {
  const $fault = httpStatusCode >= 500 ? 'server' : 'client';
  return new S3ServiceException({
    name,
    message: `${name}.`,
    $fault,
    $metadata: { httpStatusCode, attempts },
  });
}

/**
 * One bucket behind a mocked client: conditional writes, checksums on arrival, ranges, metadata, pages of 1,000 keys,
 * as S3 documents them. Further responses on `mock`, such as failures, take precedence over the bucket's.
 */
export function createFakeBucket() {
  const client = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' },
  });
  const mock = mockClient(client);
  const objects = new Map<string, StoredObject>();
  let writes = 0;

  const find = (key: string | undefined, errorName: string) => {
    const object = objects.get(key ?? '');
    if (object === undefined) throw s3Error(errorName, 404);
    return object;
  };

  mock.on(PutObjectCommand).callsFake(async (input) => {
    await nextTurn();
    const body = new Uint8Array(input.Body);
    const checksum = createHash('sha256').update(body).digest('base64');
    if (input.ChecksumSHA256 !== checksum) throw s3Error('BadDigest', 400);
    const present = objects.get(input.Key);
    if (input.IfNoneMatch === '*' && present !== undefined) throw s3Error('PreconditionFailed', 412);
    if (input.IfMatch !== undefined && present === undefined) throw s3Error('NoSuchKey', 404);
    if (input.IfMatch !== undefined && present?.etag !== input.IfMatch)
      throw s3Error('PreconditionFailed', 412);
    writes += 1;
    objects.set(input.Key, { body, etag: `"${writes}"`, metadata: { ...input.Metadata } });
    return {};
  });

  mock.on(HeadObjectCommand).callsFake(async (input) => {
    await nextTurn();
    const { body, etag, metadata } = find(input.Key, 'NotFound');
    return { ContentLength: body.byteLength, ETag: etag, Metadata: metadata };
  });

  mock.on(GetObjectCommand).callsFake(async (input) => {
    await nextTurn();
    const { body, etag, metadata } = find(input.Key, 'NoSuchKey');
    if (input.IfMatch !== undefined && input.IfMatch !== etag) throw s3Error('PreconditionFailed', 412);
    const range = /^bytes=(\d+)-(\d*)$/.exec(input.Range ?? '');
    if (range !== null && Number(range[1]) >= body.byteLength) throw s3Error('InvalidRange', 416);
    const end = range?.[2] ? Number(range[2]) + 1 : undefined;
    const part = range === null ? body : body.slice(Number(range[1]), end);
    return { Body: streamOf(part), ETag: etag, Metadata: metadata };
  });

  mock.on(ListObjectsV2Command).callsFake(async (input) => {
    await nextTurn();
    const pageKeys = 1_000;
    const after = input.ContinuationToken ?? '';
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(input.Prefix ?? '') && key > after)
      .sort();
    const page = keys.slice(0, pageKeys);
    return {
      KeyCount: page.length,
      Contents: page.map((Key) => {
        const { body, etag } = objects.get(Key)!;
        return { Key, Size: body.byteLength, ETag: etag };
      }),
      ...(keys.length > pageKeys ? { IsTruncated: true, NextContinuationToken: page.at(-1) } : {}),
    };
  });

  return { client, mock, objects };
}

/** In small pieces, as from a network. */
function streamOf(body: Uint8Array): Readable {
  const pieceBytes = 65_536;
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < body.byteLength; start += pieceBytes) {
    pieces.push(body.slice(start, start + pieceBytes));
  }
  return Readable.from(pieces);
}
