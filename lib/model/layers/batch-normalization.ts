import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { normalizeBatch } from '../../kernels/batch-normalization';
import { defineLayer, sameInAll, type TfjsLayer } from './layer-kind';
import { affine, affineNames, affineSettings, axisSize, epsilon } from './normalization-settings';
import { defineWeight } from './onnx-graph';
import { absent, ignored, off } from './settings';

export const batchNormalization = defineLayer({
  kept: {
    // Keras 2 writes the last axis as a list of its index.
    axis: z.union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)]).default(-1),
    momentum: z.number().min(0).max(1).default(0.99),
    epsilon,
    ...affine,
  },
  checked: {
    ...affineSettings,
    moving_mean_initializer: ignored,
    moving_variance_initializer: ignored,
    synchronized: off,
    fused: ignored,
    renorm: off,
    renorm_clipping: absent,
    renorm_momentum: ignored,
    virtual_batch_size: absent,
    adjustment: absent,
  },
  build: ({ name: _, trainable: __, ...settings }, common) =>
    computeAsKeras(layers.batchNormalization({ ...common, ...settings }), settings),
  weights: ({ axis, center, scale }, inputShape) => {
    const shape = [axisSize(inputShape, axis)];
    return [
      ...affineNames({ center, scale }).map((name) => ({ name, shape })),
      { name: 'moving_mean', shape, isState: true },
      { name: 'moving_variance', shape, isState: true },
    ];
  },
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [x], weights }) => {
      const { name, epsilon: smallest } = config;
      const { gamma, beta, moving_mean: mean, moving_variance: variance } = weights;
      const { shape } = mean!;
      const fill = (value: number) => new Float32Array(shape[0]!).fill(value);
      if (x.shape.length !== 2) {
        const scale = gamma ?? { name: `${name}.gamma`, shape, values: fill(1) };
        const offset = beta ?? { name: `${name}.beta`, shape, values: fill(0) };
        const constants = [scale, offset, mean!, variance!].map((each) => defineWeight(graph, each));
        const attributes = { epsilon: { float: smallest } };
        return graph.apply('BatchNormalization', [graph.order(x, 'first'), ...constants], attributes);
      }
      // ONNX normalizes the first dimension after the batch, which has rows here.
      const factors = Float32Array.from(variance!.values, (value, channel) => {
        return (gamma?.values[channel] ?? 1) / Math.sqrt(value + smallest);
      });
      const offsets = Float32Array.from(mean!.values, (value, channel) => {
        return (beta?.values[channel] ?? 0) - value * factors[channel]!;
      });
      const scaled = graph.apply('Mul', [x, graph.define(`${name}.factors`, shape, factors)]);
      return graph.apply('Add', [scaled, graph.define(`${name}.offsets`, shape, offsets)]);
    },
    limit: ({ axis }, [shape]) => {
      if (axis === -1 || shape === undefined || axis === shape.length) return undefined;
      return {
        received: `the axis ${axis}`,
        allowed: '-1, the last axis, since TensorFlow.js computes others incorrectly on some backends',
      };
    },
  },
});

interface Settings {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/** TensorFlow.js requires gamma in training, and trains layers that are not to be trained; see also `normalizeOther`. */
function computeAsKeras(layer: TfjsLayer, settings: Settings): TfjsLayer {
  const { axis, center, scale } = settings;
  const computeLast = layer.call.bind(layer);
  layer.call = (inputs, callSettings) => {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    // As in Keras 2 and 3, a layer that is not trained keeps its statistics.
    if (callSettings['training'] === true && layer.trainable)
      return tf.tidy(() => normalizeInTraining(layer, x, settings));
    const isLast = axis === -1 || axis === x.rank - 1;
    return isLast && center && scale
      ? computeLast(inputs, {})
      : tf.tidy(() => normalizeOther(layer, x, settings));
  };
  return layer;
}

function readWeights(layer: TfjsLayer, { scale, center }: Settings) {
  const { weights } = layer;
  return {
    gamma: scale ? weights[0]! : undefined,
    beta: center ? weights[Number(scale)]! : undefined,
    mean: weights.at(-2)!,
    variance: weights.at(-1)!,
  };
}

/** Normalizes by the statistics of the batch, and moves the stored ones towards them. */
function normalizeInTraining(layer: TfjsLayer, x: tf.Tensor, settings: Settings): tf.Tensor {
  const { gamma, beta, mean, variance } = readWeights(layer, settings);
  const size = mean.shape as number[];
  const axis = (settings.axis + x.rank) % x.rank;
  const isLast = axis === x.rank - 1;
  const order = Array.from({ length: x.rank }, (_, index) => index);
  const toLast = [...order.toSpliced(axis, 1), axis];
  const fromLast = order.map((index) => toLast.indexOf(index));
  const batch = normalizeBatch(
    isLast ? x : tf.transpose(x, toLast),
    gamma?.read() ?? tf.ones(size),
    beta?.read() ?? tf.zeros(size),
    settings.epsilon,
  );
  const { momentum } = settings;
  const move = (stored: tf.Tensor, seen: tf.Tensor) =>
    tf.add(tf.mul(stored, momentum), tf.mul(seen, 1 - momentum));
  mean.write(move(mean.read(), batch.mean));
  variance.write(move(variance.read(), batch.variance));
  tf.dispose([batch.mean, batch.variance]);
  return isLast ? batch.normalized : tf.transpose(batch.normalized, fromLast);
}

/**
 * The WASM kernel interprets all statistics as those of the last axis, and TensorFlow.js has no gradient of it without
 * gamma or without beta, which a frozen layer needs.
 */
function normalizeOther(layer: TfjsLayer, x: tf.Tensor, settings: Settings): tf.Tensor {
  const { gamma, beta, mean, variance } = readWeights(layer, settings);
  const axis = (settings.axis + x.rank) % x.rank;
  const shape = x.shape.map((length, index) => (index === axis ? length : 1));
  const spread = (weight: typeof mean) => tf.reshape(weight.read(), shape);
  let result = tf.mul(tf.sub(x, spread(mean)), tf.rsqrt(tf.add(spread(variance), settings.epsilon)));
  if (gamma !== undefined) result = tf.mul(result, spread(gamma));
  return beta === undefined ? result : tf.add(result, spread(beta));
}
