import { PermanentError } from '../contracts/errors';
import type { ObjectStore } from './object-store';
import { sha256Hex } from './sha256';

/** Named by the SHA-256 of its bytes: it never changes, and all runs that use it share it. */
export interface ContentObject {
  readonly key: string;
  readonly sha256: string;
  readonly body: Uint8Array;
}

export function nameByContent(body: Uint8Array, keyOf: (sha256: string) => string): ContentObject {
  const sha256 = sha256Hex(body);
  return { key: keyOf(sha256), sha256, body };
}

export async function storeContent(store: ObjectStore, objects: readonly ContentObject[]): Promise<void> {
  for (const { key, body } of objects) await store.putIfAbsent(key, body);
}

export type ObjectReader = Pick<ObjectStore, 'get' | 'location'>;

/** Reads from `objects` first, which the store may not have yet. */
export function readWithContent(store: ObjectStore, objects: readonly ContentObject[]): ObjectReader {
  return {
    location: store.location,
    get: async (key) => objects.find((object) => object.key === key)?.body ?? store.get(key),
  };
}

/**
 * @param option - that stores the object again.
 * @throws PermanentError ArtifactNotFound; CorruptArtifact for other bytes.
 */
export async function getContent(
  store: ObjectReader,
  { key, sha256 }: Pick<ContentObject, 'key' | 'sha256'>,
  option: '--from' | '--model',
): Promise<Uint8Array> {
  const bytes = await store.get(key);
  const actual = sha256Hex(bytes);
  if (actual === sha256) return bytes;
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} has the SHA-256 ${actual}. It was changed after it was written; delete it and start again with ${option}.`,
    { evidence: { key, actual } },
  );
}
