import * as tf from '@tensorflow/tfjs-core';
import { objectKeys } from '../../lib/contracts/object-keys';
import { assembleTrained } from '../../lib/export/read-keras-model';
import { readModelFile } from '../../lib/export/read-model-file';
import { saveModel } from '../../lib/model/model-files';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { randomizeWeights, sampleModels } from '../support/sample-models';

beforeAll(useWasmBackend);

const what = 'The model "given.json"';
const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const nothingBeside = async () => undefined;
const read = (value: unknown, beside: (name: string) => Promise<Uint8Array | undefined> = nothingBeside) =>
  readModelFile(encode(value), what, beside);

const layer = (class_name: string, config: object) => ({ class_name, config });
const config = {
  name: 'given',
  layers: [
    layer('InputLayer', { name: 'images', batch_input_shape: [null, 6, 6] }),
    layer('Flatten', { name: 'flatten' }),
    layer('Dense', { name: 'scores', units: 3, activation: 'hard_sigmoid' }),
  ],
};
const ofKeras2 = { class_name: 'Sequential', config, keras_version: '2.15.0', backend: 'tensorflow' };
const ofKeras3 = { module: 'keras', class_name: 'Sequential', config, registered_name: null };

test.each([
  ['Keras 2', ofKeras2, 'hard_sigmoid'],
  ['Keras 3, where a name has another meaning', ofKeras3, 'linear'],
  [
    'a program that wrote the text as a JSON string',
    JSON.stringify(JSON.stringify(ofKeras2)),
    'hard_sigmoid',
  ],
  ['an editor that saves a byte order mark', `\ufeff${JSON.stringify(ofKeras2)}`, 'hard_sigmoid'],
  [
    'the converter of TensorFlow.js',
    { modelTopology: { model_config: ofKeras2, keras_version: '2.15.0' } },
    'hard_sigmoid',
  ],
])('the architecture is read from JSON of %s', async (_, value, activation) => {
  const { graph, weights } = await read(value);
  expect(weights).toBeUndefined();
  expect(graph).toMatchObject({ name: 'given', inputShape: [6, 6] });
  expect(graph.layers[1]!.config).toMatchObject({ name: 'scores', units: 3, activation });
});

/** The files that TensorFlow.js writes for a model with random weights, and its prediction. */
async function writeTfjsModel() {
  const store = new MemoryStore();
  const model = sampleModels['a CNN with batch normalization']();
  randomizeWeights(model);
  await saveModel(store, 'a-run', model);
  const predicted = predict(model);
  model.dispose();
  const topology = JSON.parse(Buffer.from(await store.get(objectKeys.modelTopology('a-run'))).toString());
  const weights = await store.get(objectKeys.modelWeights('a-run'));
  return { topology, weights, predicted };
}

const predict = (model: { predict(x: tf.Tensor): unknown }) =>
  tf.tidy(() =>
    Array.from((model.predict(tf.reshape(tf.linspace(0, 1, 72), [2, 6, 6])) as tf.Tensor).dataSync()),
  );

test('a model of TensorFlow.js has its weights beside it, in one file or in several', async () => {
  const { topology, weights, predicted } = await writeTfjsModel();
  const halves = {
    ...topology,
    weightsManifest: [{ ...topology.weightsManifest[0], paths: ['a.bin', 'b.bin'] }],
  };
  for (const [value, beside] of [
    [topology, { 'weights.bin': weights }],
    [halves, { 'a.bin': weights.subarray(0, 6), 'b.bin': weights.subarray(6) }],
  ] as const) {
    const file = await read(value, async (name) => (beside as Record<string, Uint8Array>)[name]);
    const model = assembleTrained(file, what);
    expect(predict(model)).toEqual(predicted);
    model.dispose();
  }
});

test('without its weights, a model of TensorFlow.js is an architecture, which cannot predict', async () => {
  const before = tf.memory().numTensors;
  const { topology } = await writeTfjsModel();
  const file = await read(topology);
  expect(file.weights).toBeUndefined();
  expect(() => assembleTrained(file, what)).toThrow(/has an architecture without weights\. .* --model/);
  expect(tf.memory().numTensors).toBe(before);
});

type Topology = Awaited<ReturnType<typeof writeTfjsModel>>['topology'];

test.each<[string, (topology: Topology) => void, RegExp]>([
  [
    'outside of its folder',
    (given) => given.weightsManifest[0].paths.splice(0, 1, '../weights.bin'),
    /plain names/,
  ],
  [
    'under an absolute path',
    (given) => given.weightsManifest[0].paths.splice(0, 1, '/etc/passwd'),
    /plain names/,
  ],
  [
    'in another type',
    (given) => (given.weightsManifest[0].weights[0].dtype = 'int32'),
    /only weights in float32/,
  ],
  [
    'quantized',
    (given) => (given.weightsManifest[0].weights[0].quantization = { dtype: 'uint8', scale: 1, min: 0 }),
    /quantized weights are not read/,
  ],
  [
    'of another layer',
    (given) => (given.weightsManifest[0].weights[0].name = 'conv_9/kernel'),
    /has no weight "kernel" of the layer "conv_1", which needs one of its own, of 3×3×1×4/,
  ],
  [
    'of two equal names',
    (given) => (given.weightsManifest[0].weights[1].name = given.weightsManifest[0].weights[0].name),
    /names two weights "conv_1\/kernel"/,
  ],
  [
    'of another shape',
    (given) => (given.weightsManifest[0].weights[0].shape = [9, 4]),
    /has a 9×4 weight "kernel" of the layer "conv_1"/,
  ],
  [
    'for fewer layers',
    (given) => given.weightsManifest[0].weights.pop(),
    /needs \d+ bytes of weights, and weights\.bin beside it has/,
  ],
  [
    'partly absent',
    (given) => given.weightsManifest[0].paths.push('more.bin'),
    /2 files, and more\.bin is not beside it/,
  ],
])('weights %s are refused', async (_, spoil, message) => {
  const before = tf.memory().numTensors;
  const { topology, weights } = await writeTfjsModel();
  spoil(topology);
  const reading = read(topology, async (name) => (name === 'weights.bin' ? weights : undefined));
  await expect(reading).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('weights that are cut are refused, with both sizes', async () => {
  const { topology, weights } = await writeTfjsModel();
  await expect(read(topology, async () => weights.subarray(4))).rejects.toMatchObject({
    message: expect.stringMatching(/needs \d+ bytes of weights, and weights\.bin beside it has \d+/),
  });
});

test.each<[string, unknown, RegExp]>([
  ['cut JSON', JSON.stringify(ofKeras2).slice(0, 100), /is not JSON, or it is cut/],
  ['a configuration alone', config, /has the keys name, layers, and describes no layers\. Allowed are/],
  [
    'a graph model',
    { format: 'graph-model', modelTopology: {} },
    /has the format "graph-model", and describes no layers/,
  ],
  ['another class', { ...ofKeras2, class_name: 'MyModel' }, /only sequential and functional models/],
  ['a custom model', { ...ofKeras3, registered_name: 'Own>MyModel' }, /custom layers are not supported/],
  [
    'a Lambda layer',
    {
      ...ofKeras2,
      config: { ...config, layers: [...config.layers, layer('Lambda', { name: 'f', function: 'aaaa' })] },
    },
    /"f" .* has the class "Lambda"/,
  ],
  ['no layer', { ...ofKeras2, config: { ...config, layers: [] } }, /"config\.layers"|"layers"/],
])('%s is refused', async (_, value, message) => {
  await expect(read(value)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
});

test('a file that is no text is read as a file of Keras', async () => {
  await expect(readModelFile(new Uint8Array(9), what, nothingBeside)).rejects.toThrow(
    /neither a \.keras nor an \.h5/,
  );
});
