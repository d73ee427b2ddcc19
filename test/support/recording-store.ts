import { MemoryStore } from '../../lib/store/memory-store';

/** Records the keys of all calls. */
export class RecordingStore extends MemoryStore {
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();

  override get(key: string) {
    this.reads.add(key);
    return super.get(key);
  }
  override getRange(key: string, offset: number, length: number) {
    this.reads.add(key);
    return super.getRange(key, offset, length);
  }
  override head(key: string) {
    this.reads.add(key);
    return super.head(key);
  }
  override put(key: string, body: Uint8Array) {
    this.writes.add(key);
    return super.put(key, body);
  }
  override putIfAbsent(key: string, body: Uint8Array) {
    this.writes.add(key);
    return super.putIfAbsent(key, body);
  }
  override putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined) {
    this.writes.add(key);
    return super.putIfUnchanged(key, body, expectedSha256);
  }
}

/** IAM's `*` stands for anything, slashes included. */
export function matchesKey(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.[\]()+?^$\\|{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(key);
}
