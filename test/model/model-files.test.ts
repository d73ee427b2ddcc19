import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../lib/contracts/object-keys';
import { loadModel, saveModel } from '../../lib/model/model-files';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { buildMlp } from '../support/perceptron';
import { randomizeWeights } from '../support/sample-models';

beforeAll(useWasmBackend);

function makeModel(): LayersModel {
  const model = buildMlp({ hidden: [5], dropout: 0.1, l2: 0.001, classes: 3 }, [2, 2]);
  randomizeWeights(model);
  return model;
}

const predict = (model: { predict(x: tf.Tensor): unknown }) =>
  tf.tidy(() =>
    Array.from((model.predict(tf.tensor3d([0, 1, 0.5, 0.25], [1, 2, 2])) as tf.Tensor).dataSync()),
  );

test('a stored model has the same predictions when loaded, and leaves no tensor', async () => {
  const before = tf.memory().numTensors;
  const store = new MemoryStore();
  const model = makeModel();
  const expected = predict(model);
  const info = await saveModel(store, 'a-run', model);
  model.dispose();
  expect(info.sha256).toBe(sha256Hex(await store.get(objectKeys.modelWeights('a-run'))));
  const loaded = await loadModel(store, 'a-run');
  expect(predict(loaded)).toEqual(expected);
  loaded.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('equal weights give equal files', async () => {
  const store = new MemoryStore();
  for (const runId of ['one', 'two']) {
    const model = makeModel();
    await saveModel(store, runId, model);
    model.dispose();
  }
  for (const key of [objectKeys.modelWeights, objectKeys.modelTopology]) {
    expect(Buffer.from(await store.get(key('one'))).equals(await store.get(key('two')))).toBe(true);
  }
});

test.each([
  ['missing', undefined, 'ArtifactNotFound', /model\.json/],
  ['cut short', '{"format": "layers-', 'CorruptArtifact', /it is not JSON/],
  ['another format', '{"format": "graph-model"}', 'CorruptArtifact', /"format".*"layers-model"/],
  [
    'of fewer weights than weights.bin has',
    JSON.stringify({
      format: 'layers-model',
      modelTopology: {},
      weightsManifest: [{ paths: [], weights: [] }],
    }),
    'CorruptArtifact',
    /weights\.bin has 172 bytes, and the model needs 0/,
  ],
])('a model.json that is %s is refused', async (_, text, name, message) => {
  const store = new MemoryStore();
  const model = makeModel();
  await saveModel(store, 'intact', model);
  model.dispose();
  await store.put(objectKeys.modelWeights('a-run'), await store.get(objectKeys.modelWeights('intact')));
  if (text !== undefined) await store.put(objectKeys.modelTopology('a-run'), Buffer.from(text));
  const loading = loadModel(store, 'a-run');
  await expect(loading).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
});

test('layers that need more weights than the file has are refused before memory is allocated', async () => {
  const store = new MemoryStore();
  const model = makeModel();
  await saveModel(store, 'a-run', model);
  model.dispose();
  const key = objectKeys.modelTopology('a-run');
  const text = new TextDecoder().decode(await store.get(key));
  await store.put(key, Buffer.from(text.replace(/"units": \d+/, '"units": 4000000')));
  const before = tf.memory().numBytes;
  await expect(loadModel(store, 'a-run')).rejects.toMatchObject({
    name: 'CorruptArtifact',
    cause: expect.objectContaining({ message: expect.stringMatching(/need weights of \[.*4000000/) }),
  });
  expect(tf.memory().numBytes).toBe(before);
});
