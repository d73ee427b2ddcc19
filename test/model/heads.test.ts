import * as tf from '@tensorflow/tfjs-core';
import { assemble } from '../../lib/model/assemble';
import { toLogits, toProbabilities } from '../../lib/model/heads';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { readGraph } from '../../lib/model/read-graph';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { randomizeWeights } from '../support/sample-models';

beforeAll(useWasmBackend);

const layer = (class_name: string, config: object) => ({ class_name, config });
const flatten = layer('Flatten', { name: 'flatten', batch_input_shape: [null, 2, 2] });
const dense = (settings: object = {}) => layer('Dense', { name: 'scores', units: 3, ...settings });
const read = (...layers: object[]) =>
  readGraph({ class_name: 'Sequential', config: { name: 'given', layers } }, { what: 'It', kerasMajor: 3 });

const heads = {
  'a setting of the last Dense': [flatten, dense({ activation: 'softmax' })],
  'a layer Softmax': [flatten, dense(), layer('Softmax', { name: 'shares' })],
  'a layer Activation': [flatten, dense(), layer('Activation', { name: 'shares', activation: 'softmax' })],
  'logits of a Dense': [flatten, dense()],
  'logits of another layer': [flatten, dense(), layer('ReLU', { name: 'probabilities' })],
};

/** Outputs, and the names of the weights, of a network with seeded weights. */
function run(graph: KerasGraph) {
  const model = assemble(graph, 'It');
  randomizeWeights(model);
  const images = tf.tensor([0.1, 0.9, 0.3, 0.5], [1, 2, 2]);
  const [outputs, shares] = tf.tidy(() => {
    const raw = model.predict(images) as tf.Tensor2D;
    return [Array.from(raw.dataSync()), Array.from(tf.softmax(raw).dataSync())];
  });
  const weights = model.weights.map(({ originalName }) => originalName);
  images.dispose();
  model.dispose();
  return { outputs: outputs!, shares: shares!, weights };
}

test.each(Object.entries(heads))(
  '%s: both heads have the same weights, and give the same shares',
  (_, layers) => {
    const graph = read(...layers);
    const [logits, probabilities] = [run(toLogits(graph)), run(toProbabilities(graph))];
    expect(logits.weights).toEqual(probabilities.weights);
    for (const [index, share] of logits.shares.entries())
      expect(probabilities.outputs[index]).toBeCloseTo(share);
    expect(Math.abs(logits.outputs.reduce((sum, value) => sum + value, 0) - 1)).toBeGreaterThan(1e-3);
  },
);

test('a head is converted there and back', () => {
  for (const layers of Object.values(heads)) {
    const graph = read(...layers);
    expect(toLogits(toProbabilities(toLogits(graph)))).toEqual(toLogits(graph));
    expect(toProbabilities(toProbabilities(graph))).toEqual(toProbabilities(graph));
  }
});

test('a layer that is added gets a free name', () => {
  const { layers } = toProbabilities(read(...heads['logits of another layer']));
  expect(layers.map(({ config }) => config.name)).toEqual([
    'flatten',
    'scores',
    'probabilities',
    'probabilities_1',
  ]);
});

test('a softmax within the network stays', () => {
  const graph = read(flatten, dense({ activation: 'softmax' }), layer('Dense', { name: 'last', units: 3 }));
  expect(toLogits(graph)).toEqual(graph);
});

test('the layer of a nested model is taken off, and the positions of the others stay right', () => {
  const config = (name: string, layers: object[]) => ({ class_name: 'Sequential', config: { name, layers } });
  const head = config('head', [dense(), layer('Softmax', { name: 'shares' })]);
  const logits = toLogits(read(flatten, head));
  expect(logits.layers.map(({ config: { name } }) => name)).toEqual(['flatten', 'head/scores']);
  expect(logits.members).toMatchObject([
    { layer: 0 },
    { name: 'head', members: [{ name: 'scores', layer: 1 }] },
  ]);
});
