import { assertObjectKey, assertObjectPrefix } from '../contracts/object-keys';
import type { ObjectInfo, RemovingStore } from './object-store';
import { artifactNotFound, assertRange, endsTooEarly } from './read-failures';
import { sha256Hex } from './sha256';

/** For tests and dry runs. Bytes are copied in and out, so callers do not share memory. */
export class MemoryStore implements RemovingStore {
  readonly location = 'memory:';
  private readonly objects = new Map<string, { readonly body: Uint8Array; readonly sha256: string }>();

  async get(key: string): Promise<Uint8Array> {
    return this.find(key).body.slice();
  }

  async getRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    assertRange(key, offset, length);
    const { body } = this.find(key);
    if (body.byteLength < offset + length) throw endsTooEarly(key, this.location, offset + length);
    return body.slice(offset, offset + length);
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    const chunkBytes = 65_536;
    const { body } = this.find(key);
    for (let start = 0; start < body.byteLength; start += chunkBytes) {
      yield body.slice(start, start + chunkBytes);
    }
  }

  async put(key: string, body: Uint8Array): Promise<ObjectInfo> {
    assertObjectKey(key);
    // Not body.slice(): a Buffer's slice shares its memory.
    const object = { body: new Uint8Array(body), sha256: sha256Hex(body) };
    this.objects.set(key, object);
    return { key, bytes: body.byteLength, sha256: object.sha256 };
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return this.putIfUnchanged(key, body, undefined);
  }

  async putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined): Promise<boolean> {
    assertObjectKey(key);
    if (this.objects.get(key)?.sha256 !== expectedSha256) return false;
    await this.put(key, body);
    return true;
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    assertObjectPrefix(prefix);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      const info = await this.head(key);
      if (info !== undefined) yield info;
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    assertObjectKey(key);
    const object = this.objects.get(key);
    return object && { key, bytes: object.body.byteLength, sha256: object.sha256 };
  }

  async remove(key: string): Promise<void> {
    assertObjectKey(key);
    this.objects.delete(key);
  }

  private find(key: string) {
    assertObjectKey(key);
    const object = this.objects.get(key);
    if (object === undefined) throw artifactNotFound(key, this.location);
    return object;
  }
}
