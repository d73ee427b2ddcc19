import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { PipelineError } from '../contracts/errors';
import { assertObjectKey, assertObjectPrefix } from '../contracts/object-keys';
import { failureOf } from './aws-failures';
import type { ObjectInfo, ObjectStore } from './object-store';
import { artifactNotFound, assertChecksum, assertRange, endsTooEarly, isObjectKey } from './read-failures';
import { createS3Client } from './s3-client';
import { isAbsentObject, partlyListed, tooManyConflicts, toS3Error } from './s3-failures';
import { assertS3Prefix } from './s3-prefix';
import { sha256Hex } from './sha256';

type WriteCondition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string };

/** S3 answers 409 for concurrent writes. Ten pauses of up to 50, 100, … ms take about ten seconds at most. */
const maxConflicts = 10;

/**
 * Objects of an S3 bucket under a prefix. The SHA-256 is sent twice: as S3's checksum, which S3 verifies, and as the
 * metadata `sha256`, which every read returns. By `write-id` in the metadata, a writer whose response was lost recognizes
 * its own object.
 */
export class S3Store implements ObjectStore {
  readonly location: string;
  private readonly keyPrefix: string;

  /** @param prefix - with or without a final `/`; empty for the whole bucket. */
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    prefix = '',
  ) {
    assertS3Prefix(prefix);
    this.keyPrefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.location = `s3://${bucket}/${this.keyPrefix}`.replace(/\/$/, '');
  }

  async get(key: string): Promise<Uint8Array> {
    return readAgainIfCorrupt(() => collect(this.stream(key)));
  }

  async getRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    assertRange(key, offset, length);
    // S3 has no empty range, and answers 416 for one that starts at the end.
    if (length === 0) return this.getEmptyRange(key, offset);
    return readAgainIfCorrupt(() => this.readRange(key, offset, length));
  }

  private async readRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    try {
      const answer = await this.request(key, { Range: `bytes=${offset}-${offset + length - 1}` });
      const bytes = await collect(bodyOf(answer));
      if (bytes.byteLength === length) return bytes;
    } catch (error) {
      if (failureOf(error)?.name !== 'InvalidRange') throw this.explain(error, 'read', key);
    }
    throw endsTooEarly(key, this.location, offset + length);
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    try {
      const answer = await this.request(key);
      const hash = createHash('sha256');
      for await (const chunk of bodyOf(answer)) {
        hash.update(chunk);
        yield chunk;
      }
      const recorded = answer.Metadata?.['sha256'];
      assertChecksum(key, this.location, hash.digest('hex'), recorded === undefined ? undefined : [recorded]);
    } catch (error) {
      throw this.explain(error, 'read', key);
    }
  }

  async put(key: string, body: Uint8Array): Promise<ObjectInfo> {
    const sha256 = sha256Hex(body);
    try {
      await this.send(key, body, sha256, randomUUID());
    } catch (error) {
      throw this.explain(error, 'write', key);
    }
    return { key, bytes: body.byteLength, sha256 };
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return this.putIf(key, body, { IfNoneMatch: '*' });
  }

  async putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined): Promise<boolean> {
    if (expectedSha256 === undefined) return this.putIfAbsent(key, body);
    const current = await this.describe(key);
    if (current?.ETag === undefined) return false;
    // Without a recorded checksum, the bytes decide.
    const sha256 = current.Metadata?.['sha256'] ?? sha256Hex(await this.get(key));
    return sha256 === expectedSha256 && this.putIf(key, body, { IfMatch: current.ETag });
  }

  /** Without checksums: S3 does not list metadata. Names that are not valid keys, such as folder markers, are skipped. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    assertObjectPrefix(prefix);
    try {
      const input = { Bucket: this.bucket, Prefix: `${this.keyPrefix}${prefix}` };
      for await (const page of paginateListObjectsV2({ client: this.client }, input)) {
        if (page.KeyCount !== (page.Contents ?? []).length)
          throw partlyListed(prefix, this.location, page.KeyCount);
        for (const { Key, Size } of page.Contents ?? []) {
          const key = Key?.slice(this.keyPrefix.length) ?? '';
          if (isObjectKey(key)) yield { key, bytes: Size ?? 0 };
        }
      }
    } catch (error) {
      throw this.explain(error, 'read', prefix);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const answer = await this.describe(key);
    if (answer === undefined) return undefined;
    const sha256 = answer.Metadata?.['sha256'];
    return { key, bytes: answer.ContentLength ?? 0, ...(sha256 === undefined ? {} : { sha256 }) };
  }

  /** `false` when the condition does not hold. */
  private async putIf(key: string, body: Uint8Array, condition: WriteCondition): Promise<boolean> {
    const sha256 = sha256Hex(body);
    const writeId = randomUUID();
    for (let conflict = 1; ; conflict += 1) {
      try {
        await this.send(key, body, sha256, writeId, condition);
        return true;
      } catch (error) {
        const { name, status } = failureOf(error) ?? {};
        if (name === 'PreconditionFailed' || status === 412)
          return this.isOurs(key, writeId, error, conflict);
        // If-Match on an object that was deleted.
        if ('IfMatch' in condition && isAbsentObject(error)) return false;
        if (name !== 'ConditionalRequestConflict' && status !== 409) throw this.explain(error, 'write', key);
        if (conflict === maxConflicts) throw tooManyConflicts(key, this.location, maxConflicts, error);
        await pause(Math.random() * Math.min(50 * 2 ** (conflict - 1), 2_000));
      }
    }
  }

  /** After a second attempt, "already present" may mean the first attempt, whose response was lost. */
  private async isOurs(key: string, writeId: string, error: unknown, sends: number): Promise<boolean> {
    const { $metadata } = error as { $metadata?: { attempts?: number } };
    if (sends === 1 && ($metadata?.attempts ?? 1) === 1) return false;
    return (await this.describe(key))?.Metadata?.['write-id'] === writeId;
  }

  private async send(
    key: string,
    body: Uint8Array,
    sha256: string,
    writeId: string,
    condition?: WriteCondition,
  ) {
    return this.client.send(
      new PutObjectCommand({
        Bucket: this.bucket,
        Key: this.fullKey(key),
        Body: body,
        ContentLength: body.byteLength,
        ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        Metadata: { sha256, 'write-id': writeId },
        ...condition,
      }),
    );
  }

  private async request(key: string, options: { readonly Range?: string } = {}) {
    return this.client.send(
      new GetObjectCommand({ Bucket: this.bucket, Key: this.fullKey(key), ...options }),
    );
  }

  private async describe(key: string) {
    try {
      return await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: this.fullKey(key) }));
    } catch (error) {
      if (isAbsentObject(error)) return undefined;
      throw this.explain(error, 'read', key);
    }
  }

  private async getEmptyRange(key: string, offset: number): Promise<Uint8Array> {
    const info = await this.head(key);
    if (info === undefined) throw artifactNotFound(key, this.location);
    if (info.bytes < offset) throw endsTooEarly(key, this.location, offset);
    return new Uint8Array(0);
  }

  private fullKey(key: string): string {
    assertObjectKey(key);
    return `${this.keyPrefix}${key}`;
  }

  private explain(error: unknown, action: 'read' | 'write', key: string): unknown {
    if (action === 'read' && isAbsentObject(error)) return artifactNotFound(key, this.location, error);
    return toS3Error(error, action, { bucket: this.bucket, key, location: this.location });
  }
}

/** A store with its own client. */
export function createS3Store(bucket: string, prefix = '', region?: string): S3Store {
  return new S3Store(createS3Client(region), bucket, prefix);
}

/** In Node.js the body is a readable stream; the SDK's types also allow those of browsers. */
function bodyOf({ Body }: GetObjectCommandOutput): AsyncIterable<Uint8Array> {
  return (Body ?? []) as unknown as AsyncIterable<Uint8Array>;
}

/** The transfer may have altered the bytes; the second read decides. */
async function readAgainIfCorrupt(read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PipelineError) || error.name !== 'CorruptArtifact') throw error;
    return read();
  }
}

/** Copies even a single chunk, which may share its buffer with others. */
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const whole = new Uint8Array(all.reduce((bytes, chunk) => bytes + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of all) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
