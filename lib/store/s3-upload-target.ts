import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  paginateListParts,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createS3Client } from './s3-client';
import { isAbsentObject, partlyListed, toS3Error } from './s3-failures';

/** An upload in parts that S3 keeps until it is completed or aborted. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly id: string;
}

/** A part that S3 has. */
export interface UploadedPart {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  /** Base64. */
  readonly sha256: string | undefined;
  readonly etag: string;
}

/**
 * Files of people in a bucket: unlike the keys of an ObjectStore, keys may have spaces and any Unicode. S3 verifies and
 * keeps the SHA-256 of every object.
 */
export class S3UploadTarget {
  readonly location: string;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {
    this.location = `s3://${bucket}`;
  }

  /** Keys and sizes of the objects whose key begins with `prefix`. */
  async *list(prefix: string): AsyncGenerator<{ readonly key: string; readonly bytes: number }> {
    try {
      const input = { Bucket: this.bucket, Prefix: prefix };
      for await (const page of paginateListObjectsV2({ client: this.client }, input)) {
        if (page.KeyCount !== (page.Contents ?? []).length)
          throw partlyListed(prefix, this.location, page.KeyCount);
        for (const { Key = '', Size = 0 } of page.Contents ?? []) yield { key: Key, bytes: Size };
      }
    } catch (error) {
      throw this.explain(error, 'read', prefix);
    }
  }

  /**
   * The SHA-256 that S3 keeps, base64: of the object, or of the checksums of its parts with "-" and their number.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html, "composite checksums".
   *
   * @returns `undefined` for an absent object, and for one without this checksum.
   */
  async findSha256(key: string): Promise<string | undefined> {
    try {
      const input = { Bucket: this.bucket, Key: key, ChecksumMode: 'ENABLED' } as const;
      return (await this.client.send(new HeadObjectCommand(input))).ChecksumSHA256;
    } catch (error) {
      if (isAbsentObject(error)) return undefined;
      throw this.explain(error, 'read', key);
    }
  }

  /** @param sha256 - base64 */
  async put(key: string, body: Uint8Array, sha256: string): Promise<void> {
    const { length: ContentLength } = body;
    const input = { Bucket: this.bucket, Key: key, Body: body, ContentLength, ChecksumSHA256: sha256 };
    await this.write(key, () => this.client.send(new PutObjectCommand(input)));
  }

  /** Of keys that begin with `prefix`: of each key the oldest first. */
  async *listUnfinished(prefix: string): AsyncGenerator<UnfinishedUpload> {
    let position: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {};
    while (position !== undefined) {
      const page: Awaited<ReturnType<typeof this.listUnfinishedPage>> = await this.listUnfinishedPage(
        prefix,
        position,
      );
      for (const { Key = '', UploadId = '' } of page.Uploads ?? []) yield { key: Key, id: UploadId };
      position = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' }
        : undefined;
    }
  }

  private async listUnfinishedPage(Prefix: string, position: object) {
    try {
      const input = { Bucket: this.bucket, Prefix, ...position };
      return await this.client.send(new ListMultipartUploadsCommand(input));
    } catch (error) {
      throw this.explain(error, 'read', Prefix);
    }
  }

  async *listParts(upload: UnfinishedUpload): AsyncGenerator<UploadedPart> {
    try {
      for await (const { Parts = [] } of paginateListParts({ client: this.client }, this.inputOf(upload))) {
        for (const { PartNumber = 0, Size = 0, ChecksumSHA256, ETag = '' } of Parts)
          yield { number: PartNumber, bytes: Size, sha256: ChecksumSHA256, etag: ETag };
      }
    } catch (error) {
      throw this.explain(error, 'read', upload.key);
    }
  }

  async begin(key: string): Promise<UnfinishedUpload> {
    const input = { Bucket: this.bucket, Key: key, ChecksumAlgorithm: 'SHA256' } as const;
    const { UploadId } = await this.write(key, () =>
      this.client.send(new CreateMultipartUploadCommand(input)),
    );
    return { key, id: UploadId! };
  }

  /** @param sha256 - base64 */
  async putPart(
    upload: UnfinishedUpload,
    number: number,
    body: Uint8Array,
    sha256: string,
  ): Promise<UploadedPart> {
    const { length: bytes } = body;
    const content = { Body: body, ContentLength: bytes, ChecksumSHA256: sha256 };
    const { ETag = '' } = await this.write(upload.key, () =>
      this.client.send(new UploadPartCommand({ ...this.inputOf(upload), PartNumber: number, ...content })),
    );
    return { number, bytes, sha256, etag: ETag };
  }

  /** Makes the object of its parts, in ascending order. */
  async complete(upload: UnfinishedUpload, parts: readonly UploadedPart[]): Promise<void> {
    const Parts = parts.map(({ number, etag, sha256 }) => ({
      PartNumber: number,
      ETag: etag,
      ChecksumSHA256: sha256,
    }));
    await this.write(upload.key, () =>
      this.client.send(
        new CompleteMultipartUploadCommand({ ...this.inputOf(upload), MultipartUpload: { Parts } }),
      ),
    );
  }

  async abort(upload: UnfinishedUpload): Promise<void> {
    await this.write(upload.key, () =>
      this.client.send(new AbortMultipartUploadCommand(this.inputOf(upload))),
    );
  }

  private inputOf({ key, id }: UnfinishedUpload) {
    return { Bucket: this.bucket, Key: key, UploadId: id };
  }

  private async write<Answer>(key: string, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw this.explain(error, 'write', key);
    }
  }

  private explain(error: unknown, action: 'read' | 'write', key: string): unknown {
    return toS3Error(error, action, { bucket: this.bucket, key, location: this.location });
  }
}

/** A target with its own client. */
export function openUploadTarget(bucket: string, region: string): S3UploadTarget {
  return new S3UploadTarget(createS3Client(region), bucket);
}
