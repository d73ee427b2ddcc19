import type { z } from 'zod';
import { absentAsUndefined, PermanentError } from '../contracts/errors';
import { decodeText, parseOrThrow } from '../contracts/parse';
import type { ObjectStore } from './object-store';

/** Two-space JSON with a final newline, since people open these files. */
export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads one of our own JSON files.
 *
 * @throws PermanentError ArtifactNotFound, or CorruptArtifact when it is not JSON or does not fit its schema.
 */
export async function getJson<Schema extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return parseJsonObject(await store.get(key), store, key, schema);
}

/**
 * The same for bytes that were read already.
 *
 * @throws PermanentError CorruptArtifact.
 */
export function parseJsonObject<Schema extends z.ZodType>(
  bytes: Uint8Array,
  store: ObjectStore,
  key: string,
  schema: Schema,
): z.infer<Schema> {
  const text = decodeText(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${store.location} is not JSON. It was changed after it was written; delete it and run again.`,
      { evidence: { key }, cause },
    );
  }
  return parseOrThrow(schema, value, `${key} in ${store.location}`, 'CorruptArtifact');
}

/**
 * The same, `undefined` for an absent object. It is a single read, so no write can happen between a check and the read.
 *
 * @throws PermanentError CorruptArtifact.
 */
export function getJsonIfPresent<Schema extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  return absentAsUndefined(getJson(store, key, schema));
}

/** Validates before writing, so that the reader accepts everything that is stored. */
export async function putJson<Schema extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: Schema,
  value: z.input<Schema>,
) {
  return store.put(key, encodeJson(schema.parse(value)));
}
