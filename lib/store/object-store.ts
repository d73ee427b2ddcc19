/** What a store knows of one object. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hexadecimal, as recorded by `put`; absent for files that were not written through a store. */
  readonly sha256?: string;
}

/**
 * Where artifacts live: the port that every step writes through. Three adapters (directory, memory, S3) are held to
 * one conformance suite, test/support/object-store-conformance.ts.
 *
 * Promises: an object is whole or absent, under every crash; reads give back what was written, or throw
 * `CorruptArtifact`; keys are checked by `assertObjectKey`, so none leaves its store.
 *
 * Every method throws `InvalidInput` for a bad key, `StoreNotWritable` or `StoreUnavailable` when the storage below
 * fails. `get`, `getRange` and `stream` throw `ArtifactNotFound` for an absent key.
 */
export interface ObjectStore {
  /** For people: a folder, `memory:`, or `s3://bucket`. */
  readonly location: string;

  /** The whole object, its SHA-256 verified where one was recorded. */
  get(key: string): Promise<Uint8Array>;

  /**
   * `length` bytes from `offset`. Only the length is verified: a checksum covers the whole object.
   *
   * @throws PermanentError CorruptArtifact when the object ends before `offset + length`.
   */
  getRange(key: string, offset: number, length: number): Promise<Uint8Array>;

  /** The object in chunks of the store's choice; the SHA-256 is verified when the last chunk has been read. */
  stream(key: string): AsyncIterable<Uint8Array>;

  /** Writes or replaces, and records the SHA-256. */
  put(key: string, body: Uint8Array): Promise<ObjectInfo>;

  /**
   * Writes only where nothing is: of any number of concurrent writers exactly one gets `true`, and its bytes stay.
   */
  putIfAbsent(key: string, body: Uint8Array): Promise<boolean>;

  /**
   * Compare-and-swap: writes only if the object still has the bytes that `expectedSha256` stands for (`undefined`:
   * only if it is absent). `false` means somebody else was faster: read again, decide again.
   */
  putIfUnchanged(key: string, body: Uint8Array, expectedSha256: string | undefined): Promise<boolean>;

  /** Every object whose key starts with `prefix`, in ascending key order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;

  /** `undefined` for an absent key. */
  head(key: string): Promise<ObjectInfo | undefined>;
}
