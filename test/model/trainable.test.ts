import { assemble } from '../../lib/model/assemble';
import { networkOf } from '../../lib/model/network-of';
import { readGraph } from '../../lib/model/read-graph';
import { encodeArchitecture } from '../../lib/model/stored-architecture';
import { assertTrainableLayers, requireTrainable } from '../../lib/model/trainable';
import { readWithContent } from '../../lib/store/content-object';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

const what = 'The model "given.keras"';
type Described = { readonly class_name: string; readonly config: Record<string, unknown> };
const layer = (class_name: string, config: object = {}): Described => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
});
const input = layer('InputLayer', { batch_shape: [null, 8, 8, 1] });
const flatten = layer('Flatten');
const dense = (config: object = {}) =>
  layer('Dense', { units: 3, name: 'scores', activation: 'softmax', ...config });
const read = (...layers: object[]) =>
  readGraph(
    { class_name: 'Sequential', config: { name: 'given', layers: [input, ...layers] } },
    { what, kerasMajor: 3 },
  );
const check = (...layers: object[]) => requireTrainable(read(...layers), 3, what);

const allowed: Described[] = [
  layer('Activation', { activation: 'tanh' }),
  layer('AveragePooling2D', { pool_size: [2, 2] }),
  layer('BatchNormalization', { epsilon: 0.001 }),
  layer('Conv2D', { filters: 2, kernel_size: 3, activation: 'relu' }),
  layer('DepthwiseConv2D', { kernel_size: 3 }),
  layer('Dropout', { rate: 0.5 }),
  layer('LayerNormalization', { axis: [3], epsilon: 0.001 }),
  layer('LeakyReLU', { negative_slope: 0.2 }),
  layer('MaxPooling2D', { pool_size: [2, 2] }),
  layer('ReLU', { max_value: 6 }),
  layer('Rescaling', { scale: 2, offset: -1 }),
  layer('Reshape', { target_shape: [4, -1] }),
  layer('SeparableConv2D', { filters: 2, kernel_size: 3 }),
  layer('SpatialDropout2D', { rate: 0.5 }),
  layer('ZeroPadding2D', {
    padding: [
      [1, 1],
      [1, 1],
    ],
  }),
];

test.each(allowed.map((each) => [each.class_name, each] as const))('%s can be trained', (_, given) => {
  const model = assemble(check(given, flatten, dense()), what);
  expect(model.outputShape).toEqual([null, 3]);
  model.dispose();
});

test('the sizes that a Reshape leaves open, and the last axis, are written out', () => {
  const { layers } = check(
    layer('BatchNormalization', { axis: [3], epsilon: 0.001 }),
    layer('Reshape', { target_shape: [-1] }),
    dense(),
  );
  expect(layers[0]!.config).toMatchObject({ axis: -1 });
  expect(layers[1]!.config).toMatchObject({ target_shape: [64] });
});

test.each<[string, object[], RegExp]>([
  [
    'a class that is read, but not trained',
    [layer('Conv2DTranspose', { filters: 2, kernel_size: 3 }), flatten, dense()],
    /^The layer "conv2dtranspose" of the model "given.keras" has the class Conv2DTranspose, which cannot be trained and exported\. Allowed: Activation, Add, .* ZeroPadding2D\.$/,
  ],
  [
    'an activation',
    [flatten, layer('Dense', { units: 4, activation: 'hard_sigmoid', name: 'hidden' }), dense()],
    /"hidden_activation" .* has the activation hard_sigmoid_of_keras_3, .* Allowed: linear, relu, softmax, .* mish\.$/,
  ],
  ...[
    layer('Conv2D', { filters: 2, kernel_size: 3, dilation_rate: [2, 1] }),
    layer('DepthwiseConv2D', { kernel_size: 3, dilation_rate: [2, 1] }),
    layer('SeparableConv2D', { filters: 2, kernel_size: 3, dilation_rate: [2, 1] }),
  ].map((dilated): [string, object[], RegExp] => [
    `a dilation of ${dilated.class_name}`,
    [dilated, flatten, dense()],
    /has the dilation rate 2 and 1, which cannot be trained and exported\. Allowed: a rate of 1\.$/,
  ]),
  [
    'two settings of ReLU',
    [layer('ReLU', { negative_slope: 0.1, max_value: 6 }), flatten, dense()],
    /Allowed: one of them/,
  ],
  [
    'normalization of another axis',
    [layer('BatchNormalization', { axis: 1, epsilon: 0.001 }), flatten, dense()],
    /has the axis 1, .* Allowed: -1, the last axis/,
  ],
  ['a sigmoid at the end', [flatten, dense({ activation: 'sigmoid' })], /ends the network with sigmoid/],
  [
    'a softmax behind a softmax',
    [flatten, dense(), layer('Softmax')],
    /"scores" .* ends the network with softmax/,
  ],
  [
    'another number of classes',
    [flatten, dense({ units: 4 })],
    /an output of 4 per image, and the run has 3 classes/,
  ],
  ['scores for each pixel', [dense()], /an output of 8×8×3 per image/],
  ['no weights', [layer('GlobalAveragePooling2D')], /an output of 1 per image/],
  ['frozen layers alone', [flatten, dense({ trainable: false })], /has no weights to train/],
  [
    'a constraint',
    [flatten, dense({ kernel_constraint: { class_name: 'MaxNorm', config: {} } })],
    /"scores" .* has kernel_constraint, which the training would leave out/,
  ],
  [
    'a regularizer that is not read',
    [flatten, dense({ bias_regularizer: { class_name: 'L2', config: { l2: 0.1 } } })],
    /has bias_regularizer, which/,
  ],
])('a network with %s is refused', (_, layers, message) => {
  expect(() => check(...layers)).toThrow(message);
});

test('an l2 regularizer is kept', () => {
  const l2 = { class_name: 'L2', config: { l2: 0.1 } };
  expect(check(flatten, dense({ kernel_regularizer: l2 })).layers[1]!.config).toMatchObject({
    kernel_regularizer: { config: { l1: 0, l2: 0.1 } },
  });
});

test('a file is checked before the dataset is known, also with open sizes', () => {
  const open = layer('InputLayer', { batch_shape: [null, null, null, 1] });
  const graph = readGraph(
    { class_name: 'Sequential', config: { name: 'g', layers: [open, layer('GlobalMaxPooling2D'), dense()] } },
    { what, kerasMajor: 3 },
  );
  expect(() => assertTrainableLayers(graph, what)).not.toThrow();
});

const config = { model: 'cnn', hidden: [4], filters: [2], dropout: 0.1, l2: 0, classes: 3, batchSize: 2 };

test('the network of a run fits its images and classes', async () => {
  const architecture = encodeArchitecture(read(flatten, dense()));
  const reader = readWithContent(new MemoryStore(), [architecture]);
  const own = { ...config, model: architecture.sha256 };
  expect((await networkOf(own, [8, 8], reader)).inputShape).toEqual([8, 8, 1]);
  await expect(networkOf(own, [9, 9], reader)).rejects.toThrow(/the images of the dataset have 9×9 pixels/);
  await expect(networkOf({ ...own, classes: 4 }, [8, 8], reader)).rejects.toThrow(/the run has 4 classes/);
});

test('batch normalization is not trained with one image per batch', async () => {
  const store = new MemoryStore();
  await expect(networkOf({ ...config, batchSize: 1 }, [8, 8], store)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(/batch normalization, which needs several images .* --batch-size/),
  });
  await expect(networkOf({ ...config, model: 'mlp', batchSize: 1 }, [8, 8], store)).resolves.toBeDefined();
});
