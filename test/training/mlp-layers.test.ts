import { layers, sequential } from '@tensorflow/tfjs-layers';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { buildMlp } from '../../lib/model/architectures';
import type { TfjsLayer } from '../../lib/model/layers/layer-kind';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { initialWeights, mlpLayersOf, readMlpLayers } from '../../lib/training/mlp-layers';

beforeAll(useWasmBackend);

const seed = runConfigSchema.parse({});

test('the default configuration: four dense layers, each after a dropout of 0.1, 1,462,538 parameters', () => {
  const model = buildMlp(seed, [28, 28]);
  expect(model.countParams()).toBe(784 * 1024 + 1024 + 1024 * 512 + 512 + 512 * 256 + 256 + 256 * 10 + 10);
  expect(readMlpLayers(model)).toEqual([
    { inputs: 784, units: 1024, dropoutRate: 0.1, l2: 0 },
    { inputs: 1024, units: 512, dropoutRate: 0.1, l2: 0 },
    { inputs: 512, units: 256, dropoutRate: 0.1, l2: 0 },
    { inputs: 256, units: 10, dropoutRate: 0.1, l2: 0 },
  ]);
});

test.each([
  ['one hidden layer', { hidden: [512] }, [784, 512]],
  ['no hidden layer', { hidden: [] }, [784]],
  ['five', { hidden: [9, 8, 7, 6, 5] }, [784, 9, 8, 7, 6, 5]],
])('%s', (_, change, inputs) => {
  const stack = readMlpLayers(buildMlp({ ...seed, ...change }, [28, 28]));
  expect(stack.map((layer) => layer.inputs)).toEqual(inputs);
  expect(stack.at(-1)!.units).toBe(10);
});

test.each<[string, () => TfjsLayer[]]>([
  [
    'activations as layers, and a Rescaling of bytes',
    () => [
      layers.rescaling({ inputShape: [2, 2], scale: 1 / 255 }),
      layers.flatten(),
      layers.dense({ units: 3 }),
      layers.activation({ activation: 'relu' }),
      layers.dense({ units: 4 }),
      layers.reLU(),
      layers.dense({ units: 2 }),
      layers.softmax({ axis: -1 }),
    ],
  ],
  [
    'logits at the end',
    () => [
      layers.flatten({ inputShape: [2, 2] }),
      layers.dense({ units: 3, activation: 'relu' }),
      layers.dense({ units: 4, activation: 'relu' }),
      layers.dense({ units: 2 }),
    ],
  ],
])('%s: the same layers as without', (_, makeLayers) => {
  const stack = readMlpLayers(sequential({ layers: makeLayers() }));
  expect(stack.map(({ inputs, units }) => [inputs, units])).toEqual([
    [4, 3],
    [3, 4],
    [4, 2],
  ]);
});

test.each<[string, () => TfjsLayer[], RegExp]>([
  [
    'a hidden layer without activation',
    () => [layers.dense({ name: 'odd', units: 3, inputShape: [4] }), layers.dense({ units: 2 })],
    /"odd" has activation linear, which cannot be trained/,
  ],
  [
    'two activations',
    () => [
      layers.dense({ units: 3, activation: 'relu', inputShape: [4] }),
      layers.reLU({ name: 'odd' }),
      layers.dense({ units: 2 }),
    ],
    /"odd" has class ReLU here/,
  ],
  [
    'a limited relu',
    () => [layers.dense({ units: 3, inputShape: [4] }), layers.reLU({ name: 'odd', maxValue: 6 })],
    /"odd" has class ReLU here/,
  ],
  [
    'a Rescaling to -1 … 1',
    () => [layers.rescaling({ name: 'odd', scale: 1 / 127.5, offset: -1, inputShape: [4] })],
    /"odd" has a scale other than 1\/255/,
  ],
  [
    'a layer over the rows of a image',
    () => [
      layers.dense({ name: 'odd', units: 3, inputShape: [2, 2] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    /"odd" has an input of several dimensions/,
  ],
])('%s is refused', (_, makeLayers, message) => {
  expect(() => readMlpLayers(sequential({ layers: makeLayers() }))).toThrow(message);
});

test('the layers of a configuration are those of its model', () => {
  const config = { hidden: [7, 5], dropout: 0.3, l2: 0.01, classes: 4 };
  const model = buildMlp(config, [3, 2]);
  expect(mlpLayersOf(config, [3, 2])).toEqual(readMlpLayers(model));
  model.dispose();
});

test('l2 and the absence of dropout are read from the model', () => {
  const stack = readMlpLayers(buildMlp({ hidden: [4], dropout: 0, l2: 0.0003, classes: 3 }, [2, 3]));
  expect(stack).toEqual([
    { inputs: 6, units: 4, dropoutRate: 0, l2: expect.closeTo(0.0003) },
    { inputs: 4, units: 3, dropoutRate: 0, l2: expect.closeTo(0.0003) },
  ]);
});

test.each([
  [
    'another activation',
    () => layers.dense({ name: 'odd', units: 3, activation: 'tanh' }),
    /"odd" has activation tanh, which cannot be trained\. Allowed are .*relu/,
  ],
  [
    'a layer without bias',
    () => layers.dense({ name: 'odd', units: 3, activation: 'relu', useBias: false }),
    /"odd".*ias/,
  ],
  [
    'softmax in the middle',
    () => layers.dense({ name: 'odd', units: 3, activation: 'softmax' }),
    /"odd".*softmax/,
  ],
  [
    'another layer',
    () => layers.batchNormalization({ name: 'odd' }),
    /"odd".*BatchNormalization.*Allowed are/,
  ],
])('%s is refused by name', (_, makeLayer, message) => {
  const model = sequential({
    layers: [
      layers.flatten({ inputShape: [2, 2] }),
      makeLayer(),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  expect(() => readMlpLayers(model)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  expect(() => readMlpLayers(model)).toThrow(message);
});

test('initial weights: the same for the same seed, kernels differ by layer, biases are zero', () => {
  const stack = readMlpLayers(buildMlp({ hidden: [6, 6], dropout: 0, l2: 0, classes: 6 }, [2, 3]));
  const weights = initialWeights(stack, 5);
  expect(weights).toEqual(initialWeights(stack, 5));
  expect(weights).not.toEqual(initialWeights(stack, 6));
  expect(weights[0]!.kernel).not.toEqual(weights[1]!.kernel);
  for (const { bias } of weights) expect(bias.every((value) => value === 0)).toBe(true);
});
