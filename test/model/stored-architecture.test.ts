import { objectKeys } from '../../lib/contracts/object-keys';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { networkOf } from '../../lib/model/network-of';
import { encodeArchitecture, loadArchitecture } from '../../lib/model/stored-architecture';
import { nameByContent, readWithContent, storeContent } from '../../lib/store/content-object';
import { MemoryStore } from '../../lib/store/memory-store';

const config = { model: 'cnn', batchSize: 2, hidden: [4], filters: [2, 3], dropout: 0.1, l2: 0, classes: 3 };
const imageShape = [9, 9] as const;

test('a stored network is the same when it is read, and named by its content', async () => {
  const store = new MemoryStore();
  for (const graph of [describeCnn(config, imageShape), describeMlp(config, imageShape)]) {
    const architecture = encodeArchitecture(graph);
    await storeContent(store, [architecture]);
    expect(await loadArchitecture(store, architecture.sha256)).toEqual(graph);
    expect(encodeArchitecture(await loadArchitecture(store, architecture.sha256))).toEqual(architecture);
  }
});

test('a configuration names a network: built in, stored, or about to be stored', async () => {
  const store = new MemoryStore();
  const own = encodeArchitecture(describeMlp({ ...config, hidden: [7, 7] }, imageShape));
  const reader = readWithContent(store, [own]);
  expect((await networkOf({ ...config, model: 'mlp' }, imageShape, reader)).layers).toHaveLength(5);
  expect((await networkOf(config, imageShape, reader)).name).toBe('cnn');
  expect((await networkOf({ ...config, model: own.sha256 }, imageShape, reader)).layers).toHaveLength(7);
  await expect(networkOf({ ...config, model: own.sha256 }, imageShape, store)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
  });
});

const stored = {
  schemaVersion: 1,
  name: 'own',
  inputShape: [4],
  layers: [{ class_name: 'Dense', config: { name: 'scores', units: 3 } }],
  calls: [{ layer: 0, inputs: [-1] }],
};

test.each([
  ['text', 'no', /cannot be used/],
  ['another version', { ...stored, schemaVersion: 2 }, /"schemaVersion"/],
  [
    'an unknown layer',
    { ...stored, layers: [{ class_name: 'Lambda', config: { name: 'f' } }] },
    /class "Lambda"/,
  ],
  ['an absent layer', { ...stored, calls: [{ layer: 1, inputs: [-1] }] }, /impossible call 0: layer 1 of 1/],
  ['a circle', { ...stored, calls: [{ layer: 0, inputs: [0] }] }, /impossible call 0/],
  ['two layers of one name', { ...stored, layers: [stored.layers[0], stored.layers[0]] }, /two layers named/],
])('a stored network with %s is refused', async (_, value, message) => {
  const store = new MemoryStore();
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const object = nameByContent(body, objectKeys.architecture);
  await storeContent(store, [object]);
  await expect(loadArchitecture(store, object.sha256)).rejects.toMatchObject({
    message: expect.stringMatching(message),
  });
});

test('a changed network is refused', async () => {
  const store = new MemoryStore();
  const { key, sha256 } = encodeArchitecture(describeMlp(config, imageShape));
  await store.put(key, Buffer.from(JSON.stringify(stored)));
  await expect(loadArchitecture(store, sha256)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(/changed after it was written.*--model/),
  });
});
