import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { failureOf } from '../store/aws-failures';
import { isRefusedRead } from '../store/read-failures';
import { createS3Client } from '../store/s3-client';
import { isAbsentObject, partlyListed, toS3Error } from '../store/s3-failures';
import { assertS3Prefix } from '../store/s3-prefix';
import { changedFile, endsBefore, isHidden, type SourceFile, type SourceFiles } from './source-files';

/** The objects below a prefix of a bucket, or one object. The version of a file is its ETag. */
export class S3Files implements SourceFiles {
  readonly location: string;

  private constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    /** Empty, or with a final "/". */
    private readonly prefix: string,
    /** The only object, if the address is that of an object. */
    private readonly only: string | undefined,
  ) {
    this.location = `s3://${bucket}/${prefix}${only ?? ''}`.replace(/\/$/, '');
  }

  /**
   * @param key - of an object, or a prefix with or without a final "/".
   * @throws PermanentError InvalidInput for a prefix that the path of a request cannot contain.
   */
  static async open(bucket: string, key: string, client = createS3Client()): Promise<S3Files> {
    assertS3Prefix(key);
    const parent = key.slice(0, key.lastIndexOf('/') + 1);
    const single = new S3Files(client, bucket, parent, key.slice(parent.length));
    // For an absent object, a bucket that may not be listed answers 403: then the address is taken for a prefix.
    const isObject = key !== '' && !key.endsWith('/') && (await single.isPresent());
    if (isObject) return single;
    return new S3Files(client, bucket, key === '' || key.endsWith('/') ? key : `${key}/`, undefined);
  }

  async *list(): AsyncGenerator<SourceFile> {
    if (this.only !== undefined) {
      const file = await this.find(this.only);
      if (file !== undefined) yield file;
      return;
    }
    try {
      const input = { Bucket: this.bucket, Prefix: this.prefix };
      for await (const page of paginateListObjectsV2({ client: this.client }, input)) {
        if (page.KeyCount !== (page.Contents ?? []).length)
          throw partlyListed(this.prefix, this.location, page.KeyCount);
        for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? []) {
          const name = Key.slice(this.prefix.length);
          // A name with a final "/" is a marker of a folder.
          if (name !== '' && !name.endsWith('/') && !isHidden(name))
            yield { name, bytes: Size, version: ETag };
        }
      }
    } catch (error) {
      throw this.explain(error, '');
    }
  }

  async find(name: string): Promise<SourceFile | undefined> {
    if (this.only !== undefined && name !== this.only) return undefined;
    try {
      const { ContentLength = 0, ETag = '' } = await this.client.send(
        new HeadObjectCommand({ Bucket: this.bucket, Key: this.keyOf(name) }),
      );
      return { name, bytes: ContentLength, version: ETag };
    } catch (error) {
      if (isAbsentObject(error)) return undefined;
      throw this.explain(error, name);
    }
  }

  async read(file: SourceFile, offset: number, length: number): Promise<Uint8Array> {
    // S3 has no empty range, and answers 416 for one that starts at the end.
    if (length === 0) return new Uint8Array(0);
    if (offset + length > file.bytes) throw endsBefore(file, this.location, offset + length);
    // The object has these bytes: a shorter answer was cut on its way, and is requested once more.
    const bytes =
      (await this.readRange(file, offset, length)) ?? (await this.readRange(file, offset, length));
    if (bytes === undefined) throw endsBefore(file, this.location, offset + length);
    return bytes;
  }

  /** `undefined` for an answer that is too short. */
  private async readRange(file: SourceFile, offset: number, length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for await (const chunk of this.request(file, `bytes=${offset}-${offset + length - 1}`)) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return filled < length ? undefined : bytes;
  }

  async *stream(file: SourceFile, offset = 0): AsyncGenerator<Uint8Array> {
    if (offset >= file.bytes) return;
    yield* this.request(file, offset === 0 ? undefined : `bytes=${offset}-`);
  }

  private async *request({ name, version }: SourceFile, Range?: string): AsyncGenerator<Uint8Array> {
    try {
      const { Body } = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: this.keyOf(name), IfMatch: version, Range }),
      );
      yield* (Body ?? []) as unknown as AsyncIterable<Uint8Array>;
    } catch (error) {
      const { name: code, status } = failureOf(error) ?? {};
      if (code === 'PreconditionFailed' || status === 412)
        throw changedFile(name, this.location, `its ETag is no longer ${version}`);
      if (isAbsentObject(error)) throw changedFile(name, this.location, 'it is no longer there');
      throw this.explain(error, name);
    }
  }

  private async isPresent(): Promise<boolean> {
    try {
      return (await this.find(this.only!)) !== undefined;
    } catch (error) {
      if (isRefusedRead(error)) return false;
      throw error;
    }
  }

  private keyOf(name: string): string {
    return `${this.prefix}${name}`;
  }

  private explain(error: unknown, name: string): unknown {
    return toS3Error(error, 'read', { bucket: this.bucket, key: name, location: this.location });
  }
}
