import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { installGradients } from '../../lib/kernels/install-kernels';
import { assemble } from '../../lib/model/assemble';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { createRandom } from '../../lib/random/seeded-random';
import { Graph, type Placeholder } from '../../lib/tensorflow/graph';
import { GraphRecorder } from '../../lib/tensorflow/graph-recorder';
import { GraphSession } from '../../lib/tensorflow/graph-session';
import { loadNativeBackend, type NativeBackend } from '../../lib/tensorflow/native-binding';
import { drawWeights } from '../../lib/training/draw-weights';
import { differentiate, evaluate } from '../../lib/training/training-step';
import { openPreparedEngine } from '../support/prepared-engine';
import { describeAround, type TestedLayer } from '../support/single-layer';

let native: NativeBackend;
beforeAll(async () => {
  await openPreparedEngine();
  installGradients();
  native = loadNativeBackend();
});

const layer = (class_name: string, config: object = {}, isMerging = false): TestedLayer => ({
  class_name,
  config: { ...config },
  isMerging,
});

/** Every layer that is trained, with the settings that change what it computes. */
const testedLayers: Readonly<Record<string, TestedLayer>> = {
  relu: layer('Activation', { activation: 'relu' }),
  sigmoid: layer('Activation', { activation: 'sigmoid' }),
  tanh: layer('Activation', { activation: 'tanh' }),
  ...Object.fromEntries(
    ['elu', 'selu', 'gelu', 'swish', 'softplus', 'softsign', 'relu6', 'mish'].map((activation) => [
      activation,
      layer('Activation', { activation }),
    ]),
  ),
  'softmax of the channels': layer('Activation', { activation: 'softmax' }),
  Add: layer('Add', {}, true),
  AveragePooling2D: layer('AveragePooling2D', { pool_size: [2, 2] }),
  'AveragePooling2D with padding': layer('AveragePooling2D', {
    pool_size: [3, 2],
    strides: [2, 2],
    padding: 'same',
  }),
  BatchNormalization: layer('BatchNormalization', { momentum: 0.8, epsilon: 0.01 }),
  'BatchNormalization without scale': layer('BatchNormalization', { scale: false, epsilon: 0.01 }),
  'BatchNormalization without center': layer('BatchNormalization', { center: false, epsilon: 0.01 }),
  Concatenate: layer('Concatenate', { axis: -1 }, true),
  Conv2D: layer('Conv2D', { filters: 3, kernel_size: [3, 3], activation: 'relu' }),
  'Conv2D with strides and padding': layer('Conv2D', {
    filters: 2,
    kernel_size: [3, 2],
    strides: [2, 2],
    padding: 'same',
    use_bias: false,
  }),
  'Conv2D with l2': layer('Conv2D', {
    filters: 2,
    kernel_size: [2, 2],
    kernel_regularizer: { class_name: 'L2', config: { l2: 0.1 } },
  }),
  'Dense of every pixel': layer('Dense', { units: 4, activation: 'relu' }),
  DepthwiseConv2D: layer('DepthwiseConv2D', { kernel_size: [3, 3], padding: 'same', depth_multiplier: 2 }),
  'DepthwiseConv2D with strides': layer('DepthwiseConv2D', {
    kernel_size: [3, 3],
    strides: [2, 2],
    activation: 'gelu',
  }),
  Dropout: layer('Dropout', { rate: 0.4 }),
  Flatten: layer('Flatten'),
  GlobalAveragePooling2D: layer('GlobalAveragePooling2D'),
  GlobalMaxPooling2D: layer('GlobalMaxPooling2D'),
  LayerNormalization: layer('LayerNormalization', { axis: [-1], epsilon: 0.01 }),
  LeakyReLU: layer('LeakyReLU', { alpha: 0.3 }),
  MaxPooling2D: layer('MaxPooling2D', { pool_size: [2, 2] }),
  'MaxPooling2D with padding': layer('MaxPooling2D', {
    pool_size: [3, 3],
    strides: [2, 2],
    padding: 'same',
  }),
  ReLU: layer('ReLU'),
  'ReLU with a limit': layer('ReLU', { max_value: 0.5 }),
  'ReLU with a slope': layer('ReLU', { negative_slope: 0.2 }),
  'ReLU with a threshold': layer('ReLU', { threshold: 0.3 }),
  Rescaling: layer('Rescaling', { scale: 2, offset: -1 }),
  Reshape: layer('Reshape', { target_shape: [-1] }),
  SeparableConv2D: layer('SeparableConv2D', { filters: 3, kernel_size: [3, 3], activation: 'relu' }),
  Softmax: layer('Softmax', { axis: -1 }),
  SpatialDropout2D: layer('SpatialDropout2D', { rate: 0.4 }),
  ZeroPadding2D: layer('ZeroPadding2D', {
    padding: [
      [1, 2],
      [0, 1],
    ],
  }),
};

interface Sample {
  /** [batch, height, width, channels]. */
  readonly shape: readonly [number, number, number, number];
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly weights: readonly Float32Array[];
}

function makeSample(model: LayersModel, shape: Sample['shape'], seed: number): Sample {
  const random = createRandom(seed);
  const draw = (size: number) => Float32Array.from({ length: size }, () => random() / 2 ** 31 - 1);
  return {
    shape,
    images: draw(shape.reduce((product, size) => product * size, 1)),
    labels: Int32Array.from({ length: shape[0] }, () => random() % 3),
    // Not the initial ones: scales of 1 and biases of 0 hide mistakes.
    weights: drawWeights(model, seed).map((values) => values.map((value) => value + random() / 2 ** 34)),
  };
}

/** Values of a training step and of an evaluation. */
interface Computed {
  readonly gradients: readonly Float32Array[];
  readonly statistics: readonly Float32Array[];
  readonly scalars: readonly number[];
}

/** Alternately 0 and 2, from a position that depends on the order of the masks. */
function fixedMask(shape: readonly number[], index: number): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, position) => ((position + index) % 2) * 2);
}

const step = { labelSmoothing: 0.1, clipNorm: 0 };

/** On the backend in use. */
function computeWith(model: LayersModel, batch: Parameters<typeof differentiate>[1], masks: tf.Tensor[]) {
  let index = 0;
  const draw = () => masks[index++]!;
  const evaluated = evaluate(model, batch, step);
  const { gradients, loss, correctCount } = differentiate(model, batch, { draw }, step);
  const statistics = model.weights.slice(gradients.length).map((weight) => weight.read());
  return { gradients, statistics, scalars: [loss, correctCount, evaluated.loss, evaluated.correctCount] };
}

/** By TensorFlow.js itself, operation by operation. */
async function computeEagerly(network: KerasGraph, sample: Sample): Promise<Computed> {
  await tf.setBackend('cpu');
  const model = assemble(network, 'The network');
  model.setWeights(
    sample.weights.map((values, index) => tf.tensor(values, model.weights[index]!.shape as number[])),
  );
  const { shape, images, labels } = sample;
  const batch = {
    images: tf.tensor(images, [...shape]),
    labels: tf.tensor1d(labels, 'int32'),
    count: tf.scalar(shape[0]),
  };
  const masks = maskShapes(network, shape).map((each, index) => tf.tensor(fixedMask(each, index), [...each]));
  const { gradients, statistics, scalars } = computeWith(model, batch, masks);
  const values = {
    gradients: gradients.map((each) => each.dataSync<'float32'>()),
    statistics: statistics.map((each) => each.dataSync<'float32'>().slice()),
    scalars: scalars.map((each) => each.dataSync()[0]!),
  };
  model.dispose();
  return values;
}

function maskShapes(network: KerasGraph, shape: Sample['shape']): number[][] {
  const className = network.layers.map(({ class_name }) => class_name);
  if (className.includes('Dropout')) return [[...shape]];
  return className.includes('SpatialDropout2D') ? [[shape[0], 1, 1, shape[3]]] : [];
}

/** By a graph that was recorded from other values. */
async function computeRecorded(network: KerasGraph, sample: Sample): Promise<Computed> {
  await tf.setBackend('tensorflow');
  const model = assemble(network, 'The network');
  const graph = new Graph();
  const recorder = new GraphRecorder(native, graph, () => 'The model');
  const { shape, images, labels, weights } = sample;
  const masks = maskShapes(network, shape);
  const feeds: { placeholder: Placeholder; values: Float32Array | Int32Array }[] = [];
  const feed = (tensor: tf.Tensor, values: Float32Array | Int32Array) => {
    const placeholder = graph.placeholder(values instanceof Int32Array ? 'int32' : 'float32', tensor.shape);
    recorder.bind(tensor, placeholder);
    feeds.push({ placeholder, values });
    return tensor;
  };
  const nodes = recorder.record(() =>
    tf.tidy(() => {
      for (const [index, weight] of model.weights.entries()) feed(weight.read(), weights[index]!);
      const batch = {
        images: feed(tf.ones([...shape]), images),
        labels: feed(tf.zeros([shape[0]], 'int32'), labels) as tf.Tensor1D,
        count: feed(tf.scalar(shape[0]), Float32Array.of(shape[0])) as tf.Scalar,
      };
      const drawn = masks.map((each, index) => feed(tf.ones(each), fixedMask(each, index)));
      const { gradients, statistics, scalars } = computeWith(model, batch, drawn);
      const recorded = [...gradients, ...statistics, ...scalars].map((each) => recorder.nodeOf(each));
      return {
        recorded,
        trained: gradients.length,
        moved: statistics.length,
      } as unknown as tf.TensorContainer;
    }),
  ) as unknown as { recorded: { name: string }[]; trained: number; moved: number };
  model.dispose();
  const session = new GraphSession(native.binding, graph);
  const values = session.run(feeds, nodes.recorded) as Float32Array[];
  session.dispose();
  const { trained, moved } = nodes;
  return {
    gradients: values.slice(0, trained),
    statistics: values.slice(trained, trained + moved),
    scalars: values.slice(trained + moved).map((each) => each[0]!),
  };
}

function expectClose(actual: readonly number[] | Float32Array, expected: readonly number[] | Float32Array) {
  const largest = Math.max(1, ...Array.from(expected, Math.abs));
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs(actual[index]! - value) / largest).toBeLessThan(2e-5);
}

async function expectEqualResults(tested: TestedLayer, shape: Sample['shape'], seed: number): Promise<void> {
  await tf.setBackend('cpu');
  const network = describeAround(tested, shape.slice(1));
  const model = assemble(network, 'The network');
  const sample = makeSample(model, shape, seed);
  model.dispose();
  const eager = await computeEagerly(network, sample);
  const recorded = await computeRecorded(network, sample);
  expect(recorded.gradients).toHaveLength(eager.gradients.length);
  for (const [index, gradient] of eager.gradients.entries())
    expectClose(recorded.gradients[index]!, gradient);
  for (const [index, statistic] of eager.statistics.entries())
    expectClose(recorded.statistics[index]!, statistic);
  expectClose(recorded.scalars, eager.scalars);
  expect(eager.gradients.some((gradient) => gradient.some((value) => Math.abs(value) > 1e-3))).toBe(true);
}

test.each(Object.entries(testedLayers))(
  '%s: a recorded training step computes what TensorFlow.js computes, for any shape',
  async (_, tested) => {
    const shapes = fc.tuple(
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 4, max: 7 }),
      fc.integer({ min: 4, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(1000), (shape, seed) => expectEqualResults(tested, shape, seed)),
      { numRuns: 3 },
    );
  },
);

/** The gradient of TensorFlow.js counts padding there. */
test('AveragePooling2D with padding: the recorded gradient is the slope of the recorded loss', async () => {
  const tested = layer('AveragePooling2D', { pool_size: [3, 3], strides: [2, 2], padding: 'same' });
  const network = describeAround(tested, [5, 6, 2]);
  const model = assemble(network, 'The network');
  const sample = makeSample(model, [3, 5, 6, 2], 4);
  model.dispose();
  const { gradients } = await computeRecorded(network, sample);
  const random = createRandom(5);
  const directions = gradients.map((each) => each.map(() => random() / 2 ** 31 - 1));
  const meanLossAt = async (distance: number) => {
    const moved = sample.weights.map((values, weight) =>
      values.map((value, index) => value + distance * directions[weight]![index]!),
    );
    const { scalars } = await computeRecorded(network, { ...sample, weights: moved });
    return scalars[0]! / sample.shape[0];
  };
  const distance = 1e-2;
  const measured = ((await meanLossAt(distance)) - (await meanLossAt(-distance))) / (2 * distance);
  const slope = gradients
    .flatMap((each, weight) => [...each].map((value, index) => value * directions[weight]![index]!))
    .reduce((sum, product) => sum + product);
  expect(Math.abs(slope)).toBeGreaterThan(0.05);
  expect(measured / slope).toBeCloseTo(1, 2);
});
