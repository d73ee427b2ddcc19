import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientResolvedConfig,
  S3ServiceException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';

interface StoredObject {
  body: Uint8Array;
  readonly etag: string;
  readonly metadata: Record<string, string>;
  /** Base64; of an object that was uploaded in parts, the checksum of their checksums and "-" with their number. */
  readonly sha256?: string;
}

const sha256Of = (body: Uint8Array) => createHash('sha256').update(body).digest('base64');

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
    const checksum = sha256Of(body);
    if (input.ChecksumSHA256 !== checksum) throw s3Error('BadDigest', 400);
    const present = objects.get(input.Key);
    if (input.IfNoneMatch === '*' && present !== undefined) throw s3Error('PreconditionFailed', 412);
    if (input.IfMatch !== undefined && present === undefined) throw s3Error('NoSuchKey', 404);
    if (input.IfMatch !== undefined && present?.etag !== input.IfMatch)
      throw s3Error('PreconditionFailed', 412);
    writes += 1;
    objects.set(input.Key, {
      body,
      etag: `"${writes}"`,
      metadata: { ...input.Metadata },
      sha256: checksum,
    });
    return {};
  });

  mock.on(HeadObjectCommand).callsFake(async (input) => {
    await nextTurn();
    const { body, etag, metadata, sha256 } = find(input.Key, 'NotFound');
    const checksum = input.ChecksumMode === 'ENABLED' ? { ChecksumSHA256: sha256 } : {};
    return { ContentLength: body.byteLength, ETag: etag, Metadata: metadata, ...checksum };
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

  const unfinished = addMultipartUploads(mock, objects);
  return { client, mock, objects, unfinished };
}

interface FakePart {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly sha256: string;
}

/** By upload id, in the order in which they began. */
type FakeUploads = Map<string, { readonly key: string; readonly parts: Map<number, FakePart> }>;

/** Uploads in parts: checksums on arrival, and in the list that completes an upload. */
function addMultipartUploads(
  mock: Pick<AwsStub<ServiceInputTypes, ServiceOutputTypes, S3ClientResolvedConfig>, 'on'>,
  objects: Map<string, StoredObject>,
): FakeUploads {
  const uploads: FakeUploads = new Map();
  let begun = 0;
  const find = (id: string) => {
    const upload = uploads.get(id);
    if (upload === undefined) throw s3Error('NoSuchUpload', 404);
    return upload;
  };

  mock.on(CreateMultipartUploadCommand).callsFake(async ({ Key }) => {
    begun += 1;
    uploads.set(`upload-${begun}`, { key: Key, parts: new Map() });
    return { UploadId: `upload-${begun}` };
  });
  mock.on(UploadPartCommand).callsFake(async ({ UploadId, PartNumber, Body, ChecksumSHA256 }) => {
    await nextTurn();
    const body = new Uint8Array(Body);
    if (ChecksumSHA256 !== sha256Of(body)) throw s3Error('BadDigest', 400);
    const etag = `"part-${PartNumber}-${ChecksumSHA256}"`;
    find(UploadId).parts.set(PartNumber, { body, etag, sha256: ChecksumSHA256 });
    return { ETag: etag };
  });
  mock.on(ListMultipartUploadsCommand).callsFake(async ({ Prefix }) => ({
    Uploads: [...uploads].flatMap(([UploadId, { key }]) =>
      key.startsWith(Prefix) ? [{ Key: key, UploadId }] : [],
    ),
  }));
  mock.on(ListPartsCommand).callsFake(async ({ UploadId }) => ({
    Parts: [...find(UploadId).parts].map(([PartNumber, { body, etag, sha256 }]) => ({
      PartNumber,
      Size: body.length,
      ETag: etag,
      ChecksumSHA256: sha256,
    })),
  }));
  mock.on(CompleteMultipartUploadCommand).callsFake(async ({ UploadId, MultipartUpload }) => {
    const { key, parts } = find(UploadId);
    const listed = MultipartUpload.Parts as { PartNumber: number; ETag: string; ChecksumSHA256: string }[];
    const chosen = listed.map(({ PartNumber, ETag, ChecksumSHA256 }, index) => {
      const part = parts.get(PartNumber);
      if (part?.etag !== ETag || part.sha256 !== ChecksumSHA256 || PartNumber !== index + 1)
        throw s3Error('InvalidPart', 400);
      return part;
    });
    const digests = Buffer.concat(chosen.map(({ sha256 }) => Buffer.from(sha256, 'base64')));
    uploads.delete(UploadId);
    objects.set(key, {
      body: new Uint8Array(Buffer.concat(chosen.map(({ body }) => body))),
      etag: `"${UploadId}-${chosen.length}"`,
      metadata: {},
      sha256: `${sha256Of(digests)}-${chosen.length}`,
    });
    return {};
  });
  mock.on(AbortMultipartUploadCommand).callsFake(async ({ UploadId }) => {
    find(UploadId);
    uploads.delete(UploadId);
    return {};
  });
  return uploads;
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
