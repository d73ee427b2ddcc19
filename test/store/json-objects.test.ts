import { z } from 'zod';
import { PermanentError, TransientError } from '../../lib/contracts/errors';
import { encodeJson, getJson, getJsonIfPresent, putJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';

const schema = z.strictObject({ epochs: z.int() });
const key = 'runs/r/config.json';
const bytesOf = (text: string) => new TextEncoder().encode(text);

test('both functions read what was put', async () => {
  const store = new MemoryStore();
  await putJson(store, key, schema, { epochs: 3 });
  expect(await getJson(store, key, schema)).toEqual({ epochs: 3 });
  expect(await getJsonIfPresent(store, key, schema)).toEqual({ epochs: 3 });
});

test('an absent object: one throws a named error, the other returns undefined', async () => {
  const store = new MemoryStore();
  await expect(getJson(store, key, schema)).rejects.toMatchObject({ name: 'ArtifactNotFound' });
  expect(await getJsonIfPresent(store, key, schema)).toBeUndefined();
});

test.each([
  { name: 'not JSON', body: bytesOf('{"epochs": 3'), message: /config\.json in memory:.* is not JSON/ },
  { name: 'of another shape', body: encodeJson({ epochs: 'three' }), message: /"epochs".*three/ },
])('an object that is $name is not treated as absent', async ({ body, message }) => {
  const store = new MemoryStore();
  await store.put(key, body);
  for (const read of [getJson, getJsonIfPresent]) {
    const failure = expect(read(store, key, schema)).rejects;
    await failure.toMatchObject({ name: 'CorruptArtifact', message: expect.stringMatching(message) });
  }
});

test.each([
  new PermanentError('InvalidInput', 'this identity may not read'),
  new TransientError('StoreUnavailable', 'away for now'),
  new TypeError('a bug'),
])('the failure of a store is not treated as an absent object: %s', async (error) => {
  const store = new MemoryStore();
  store.get = () => Promise.reject(error);
  await expect(getJsonIfPresent(store, key, schema)).rejects.toBe(error);
});

const text = '{"epochs": 3}';
test.each([
  ['UTF-8 with a byte order mark', bytesOf(`\ufeff${text}`)],
  ['UTF-16 as PowerShell writes it', Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
])('%s is read', async (_, body) => {
  const store = new MemoryStore();
  await store.put(key, body);
  expect(await getJson(store, key, schema)).toEqual({ epochs: 3 });
});

test('a value that its reader would refuse is not put', async () => {
  const store = new MemoryStore();
  await expect(putJson(store, key, schema, { epochs: 0.5 })).rejects.toThrow();
  expect(await store.head(key)).toBeUndefined();
});
