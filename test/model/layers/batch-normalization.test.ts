import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, sequential } from '@tensorflow/tfjs-layers';
import { buildLayer } from '../../../lib/model/build-layer';
import { readLayer } from '../../../lib/model/keras-layers';
import { createRandom } from '../../../lib/random/seeded-random';
import { useWasmBackend } from '../../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

const inputShape = [3, 4, 2];
const shape = [6, ...inputShape];
const random = createRandom(3);
const draw = (count: number) => Float32Array.from({ length: count }, () => random() / 2 ** 31 - 1);
const pixels = draw(6 * 24).map((value, index) => 2 * value + (index % 2));

interface Settings {
  readonly axis?: number;
  readonly center?: boolean;
  readonly scale?: boolean;
  readonly trainable?: boolean;
}

function build(settings: Settings): LayersModel {
  const config = { name: 'norm', momentum: 0.9, epsilon: 0.01, ...settings };
  const model = sequential({
    layers: [buildLayer(readLayer('BatchNormalization', config, 'The model'), inputShape)],
  });
  const weights = model.weights.map((weight) => {
    const { size } = weight.read();
    const values = draw(size);
    return tf.tensor(/gamma|variance/.test(weight.originalName) ? values.map((each) => each + 1.5) : values, [
      size,
    ]);
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** The definition, value by value. */
function expectedOf(model: LayersModel, { axis = -1, center = true, scale = true }: Settings) {
  const position = (axis + 4) % 4;
  const size = shape[position]!;
  const stride = shape.slice(position + 1).reduce((product, each) => product * each, 1);
  const channelOf = (index: number) => Math.floor(index / stride) % size;
  const read = (name: string, byDefault: number): ArrayLike<number> =>
    model.weights
      .find(({ originalName }) => originalName.endsWith(name))
      ?.read()
      .dataSync() ?? new Array<number>(size).fill(byDefault);
  const gamma = scale ? read('gamma', 1) : new Array<number>(size).fill(1);
  const beta = center ? read('beta', 0) : new Array<number>(size).fill(0);
  const statistics = Array.from({ length: size }, (_, channel) => {
    const values = [...pixels].filter((_, index) => channelOf(index) === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, variance };
  });
  return {
    normalized: [...pixels].map((value, index) => {
      const channel = channelOf(index);
      const { mean, variance } = statistics[channel]!;
      return ((value - mean) / Math.sqrt(variance + 0.01)) * gamma[channel]! + beta[channel]!;
    }),
    mean: statistics.map(({ mean }, channel) => 0.9 * read('moving_mean', 0)[channel]! + 0.1 * mean),
    variance: statistics.map(
      ({ variance }, channel) => 0.9 * read('moving_variance', 1)[channel]! + 0.1 * variance,
    ),
  };
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));
const readStatistics = (model: LayersModel) =>
  model.weights.slice(-2).map((weight) => [...weight.read().dataSync()]);

test.each<Settings>([
  {},
  { center: false },
  { scale: false },
  { center: false, scale: false },
  { axis: 1 },
  { axis: 3 },
])('%j: training normalizes by the batch and moves the statistics', (settings) => {
  const before = tf.memory().numTensors;
  const model = build(settings);
  const expected = expectedOf(model, settings);
  const result = tf.tidy(() => [
    ...(model.apply(tf.tensor(pixels, shape), { training: true }) as tf.Tensor).dataSync(),
  ]);
  expect(result).toEqual(close(expected.normalized));
  expect(readStatistics(model)).toEqual([close(expected.mean), close(expected.variance)]);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('a layer that is not trained normalizes by its statistics and keeps them', () => {
  const model = build({ trainable: false });
  const statistics = readStatistics(model);
  const [trained, inferred] = [true, false].map((training) =>
    tf.tidy(() => (model.apply(tf.tensor(pixels, shape), { training }) as tf.Tensor).dataSync()),
  );
  expect(trained).toEqual(inferred);
  expect(readStatistics(model)).toEqual(statistics);
});

test('the gradients are those of finite differences', () => {
  const model = build({});
  const weighting = tf.tensor(draw(6 * 24), shape);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = (images: tf.Tensor) =>
    tf.sum(tf.mul(weighting, model.apply(images, { training: true }) as tf.Tensor)) as tf.Scalar;
  const lossOf = (values: Float32Array) => tf.tidy(() => loss(tf.tensor(values, shape)).dataSync()[0]!);
  const byImages = tf.tidy(() => tf.grad(loss)(tf.tensor(pixels, shape)).dataSync());
  const step = 0.01;
  for (const index of [0, 17, 143]) {
    const [above, below] = [step, -step].map((change) =>
      lossOf(pixels.map((value, at) => (at === index ? value + change : value))),
    );
    expect((above! - below!) / (2 * step)).toBeCloseTo(byImages[index]!, 2);
  }
  const { grads } = tf.variableGrads(() => loss(tf.tensor(pixels, shape)), variables);
  for (const variable of variables) {
    const values = variable.dataSync().slice();
    const [above, below] = [step, -step].map((change) => {
      variable.assign(
        tf.tensor(
          values.map((value, at) => (at === 1 ? value + change : value)),
          [2],
        ),
      );
      return lossOf(pixels);
    });
    variable.assign(tf.tensor(values, [2]));
    expect((above! - below!) / (2 * step)).toBeCloseTo(grads[variable.name]!.dataSync()[1]!, 2);
  }
});
