/** What a store knows about one object. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hexadecimal, as recorded by `put`; absent for files that were not written through a store. */
  readonly sha256?: string;
}

/**
 * The port through which every step reads and writes artifacts. Its three adapters (directory, memory, S3) pass one
 * conformance suite, test/support/object-store-conformance.ts.
 *
 * Guarantees: an object is complete or absent after any crash; a read returns what was written or throws
 * `CorruptArtifact`; `assertObjectKey` checks every key, so no key leaves its store.
 *
 * Every method throws `InvalidInput` for a bad key, `StoreNotWritable` or `StoreUnavailable` when the storage
 * fails. `get`, `getRange` and `stream` throw `ArtifactNotFound` for an absent key.
 */
export interface ObjectStore {
  /** For messages: a folder, `memory:`, or `s3://bucket`. */
  readonly location: string;

  /** The whole object, its SHA-256 verified where one was recorded. */
  get(key: string): Promise<Uint8Array>;

  /**
   * `length` bytes from `offset`. Only the length is verified: a checksum covers the whole object.
   *
   * @throws PermanentError CorruptArtifact when the object ends before `offset + length`.
   */
  getRange(key: string, offset: number, length: number): Promise<Uint8Array>;

  /** The object in chunks whose size the store chooses; the SHA-256 is verified after the last chunk. */
  stream(key: string): AsyncIterable<Uint8Array>;

  /** Writes or replaces, and records the SHA-256. */
  put(key: string, body: Uint8Array): Promise<ObjectInfo>;

  /**
   * Writes only if the object is absent: exactly one of several concurrent writers gets `true`, and its bytes stay.
   */
  putIfAbsent(key: string, body: Uint8Array): Promise<boolean>;

  /**
   * Compare-and-swap: writes only if the object still has the bytes that `expectedSha256` stands for (`undefined`:
   * only if it is absent). `false` means that another writer was faster: read again and decide again.
   */
  putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined): Promise<boolean>;

  /** Every object whose key starts with `prefix`, in ascending key order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;

  /** `undefined` for an absent key. */
  head(key: string): Promise<ObjectInfo | undefined>;
}

/**
 * A store that can also remove objects. S3 is none: only local runs remove anything, so no role of a deployment needs the
 * right to delete.
 */
export interface RemovingStore extends ObjectStore {
  /** Without effect on an absent key. Afterwards, the key may be written again. */
  remove(key: string): Promise<void>;
}

export const canRemove = (store: ObjectStore): store is RemovingStore => 'remove' in store;

/** Lets another process do the work. */
export type Release = () => Promise<void>;

/** The process that does a work. */
export interface Holder {
  readonly host: string;
  readonly pid: string;
  readonly since: Date;
  /** The file that says so. */
  readonly path: string;
}

export type Hold = { readonly release: Release } | { readonly holder: Holder };

/**
 * A store in which a process can have a piece of work for itself for as long as it lives. S3 is none: nobody would know
 * whether a process that began to write into a bucket still runs.
 */
export interface HoldingStore extends ObjectStore {
  /** @param work - any text that names it. */
  hold(work: string): Promise<Hold>;
}

export const canHold = (store: ObjectStore): store is HoldingStore => 'hold' in store;
