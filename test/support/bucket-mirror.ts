import { createHash } from 'node:crypto';
import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { MemoryStore } from '../../lib/store/memory-store';
import { S3Store } from '../../lib/store/s3-store';

/** Copies the contents of a bucket in both directions, only what differs. For fewer than a thousand objects. */
export class BucketMirror {
  private readonly store: S3Store;
  /** Every body so far, by its ETag, which is its MD5. */
  private readonly bodies = new Map<string, Uint8Array>();

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {
    this.store = new S3Store(client, bucket);
  }

  async pull(): Promise<MemoryStore> {
    const memory = new MemoryStore();
    for (const [key, etag] of await this.list()) {
      const body = this.bodies.get(etag) ?? (await this.store.get(key));
      this.bodies.set(etag, body);
      await memory.put(key, body);
    }
    return memory;
  }

  /** Makes the bucket equal to `wanted`. */
  async push(wanted: MemoryStore): Promise<void> {
    const present = await this.list();
    for await (const { key } of wanted.list('')) {
      const body = await wanted.get(key);
      if (present.get(key) !== etagOf(body)) await this.store.put(key, body);
      present.delete(key);
    }
    if (present.size === 0) return;
    const Objects = [...present.keys()].map((Key) => ({ Key }));
    await this.client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects } }));
  }

  private async list(): Promise<Map<string, string>> {
    const { Contents = [], IsTruncated } = await this.client.send(
      new ListObjectsV2Command({ Bucket: this.bucket }),
    );
    if (IsTruncated) throw new Error(`${this.bucket} has more objects than one page`);
    return new Map(Contents.map(({ Key, ETag }) => [Key!, ETag!]));
  }
}

const etagOf = (body: Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`;
