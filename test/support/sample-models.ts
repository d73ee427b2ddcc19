import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { type ImageShape, valuesPerImage } from '../../lib/contracts/image-shape';
import type { OptimizerSettings } from '../../lib/export/keras-optimizer';
import { createRandom } from '../../lib/random/seeded-random';
import { buildMlp } from './perceptron';

/** Keras' defaults, as the settings of a run have them. */
export const adam: OptimizerSettings = {
  optimizer: 'adam',
  learningRate: 0.001,
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0.004,
  clipNorm: 0,
};

/** Replaces all weights by seeded numbers, positive for a variance. */
export function randomizeWeights(model: LayersModel, seed = 1): void {
  const random = createRandom(seed);
  for (const layer of model.layers) {
    const values = layer.weights.map((weight) => {
      const isPositive = /gamma|variance/.test(weight.originalName);
      const fanIn = Math.max(
        1,
        weight.shape.slice(0, -1).reduce<number>((a, b) => a * b!, 1),
      );
      const data = Float32Array.from({ length: weight.shape.reduce<number>((a, b) => a * b!, 1) }, () =>
        isPositive ? 0.5 + random() / 2 ** 32 : (random() / 2 ** 31 - 1) * Math.sqrt(3 / fanIn),
      );
      return tf.tensor(data, weight.shape as number[]);
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}

/** A small network of every exported kind, for images of 6 × 6 pixels and three classes. */
export const sampleModels = {
  'the perceptron': () => buildMlp({ hidden: [7, 5], dropout: 0.1, l2: 0, classes: 3 }, [6, 6]),
  'one hidden layer': () => buildMlp({ hidden: [4], dropout: 0, l2: 0, classes: 3 }, [6, 6]),
  'no hidden layer': () => buildMlp({ hidden: [], dropout: 0.1, l2: 0, classes: 3 }, [6, 6]),
  'l2 regularization': () => buildMlp({ hidden: [4], dropout: 0.1, l2: 0.0003, classes: 3 }, [6, 6]),
  'a CNN with batch normalization': () => buildCnn([6, 6], 3),
} satisfies Record<string, () => Sequential>;

/** Convolutions of both paddings, uneven pooling, batch normalization before and after Flatten. */
export function buildCnn(imageShape: readonly [number, number], classes: number): Sequential {
  return sequential({
    name: 'cnn',
    layers: [
      layers.reshape({ name: 'channel', inputShape: [...imageShape], targetShape: [...imageShape, 1] }),
      layers.conv2d({ name: 'conv_1', filters: 4, kernelSize: 3, padding: 'same', useBias: false }),
      layers.batchNormalization({ name: 'norm_1' }),
      layers.activation({ name: 'relu_1', activation: 'relu' }),
      layers.maxPooling2d({ name: 'pool_1', poolSize: 2 }),
      layers.conv2d({ name: 'conv_2', filters: 5, kernelSize: [2, 3], strides: [1, 2], activation: 'tanh' }),
      layers.maxPooling2d({ name: 'pool_2', poolSize: 2, strides: 1, padding: 'same' }),
      layers.flatten({ name: 'flatten' }),
      layers.batchNormalization({ name: 'norm_2', epsilon: 0.01 }),
      layers.dense({ name: 'probabilities', units: classes, activation: 'softmax' }),
    ],
  });
}

/** [count, ...imageShape]. */
export function makePixels(count: number, imageShape: ImageShape, seed = 5): Uint8Array {
  const random = createRandom(seed);
  return Uint8Array.from({ length: count * valuesPerImage(imageShape) }, () => random() % 256);
}
