import { RawFileReader } from '../../lib/dataset/raw-file-reader';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';

const body = Uint8Array.from({ length: 20 }, (_, index) => index);
const file = { key: 'raw', bytes: 20, sha256: sha256Hex(body) };

let store: MemoryStore;
beforeEach(async () => {
  store = new MemoryStore();
  await store.put(file.key, body);
});

test('ranges up to the end of the file prove that it is the planned file, including the gaps between them', async () => {
  const reader = new RawFileReader(store, file);
  expect(await reader.read(4, 6)).toEqual(body.subarray(4, 10));
  expect(await reader.read(10, 10)).toEqual(body.subarray(10));
  expect(() => reader.finish()).not.toThrow();
});

test.each([0, 3, 4, 19])('an altered byte %i is detected', async (index) => {
  await store.put(file.key, body.with(index, 99));
  const reader = new RawFileReader(store, file);
  await reader.read(4, 16);
  expect(() => reader.finish()).toThrow(
    /raw in memory: cannot be trusted: .* its plan was made for .*Run again/,
  );
});

test('a plan that omits or repeats rows is detected', async () => {
  const reader = new RawFileReader(store, file);
  await reader.read(4, 8);
  expect(() => reader.finish()).toThrow(/its shards use 12 of its 20 bytes/);
  await expect(reader.read(11, 9)).rejects.toMatchObject({ name: 'CorruptArtifact' });
});
