import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, sameInAll, type TfjsLayer } from './layer-kind';
import { affine, affineNames, affineSettings, axisSize, epsilon } from './normalization-settings';
import { off } from './settings';

export const layerNormalization = defineLayer({
  kept: {
    axis: z.union([z.int().transform((axis) => [axis]), z.array(z.int()).min(1).max(4)]).default([-1]),
    epsilon,
    ...affine,
  },
  checked: { ...affineSettings, rms_scaling: off },
  build: ({ axis, epsilon: smallest, center, scale }, common) => {
    const layer = layers.layerNormalization({ ...common, axis: [...axis], epsilon: smallest, center, scale });
    layer.call = (inputs) =>
      tf.tidy(() => normalize(layer, Array.isArray(inputs) ? inputs[0]! : inputs, { axis, smallest }));
    return layer;
  },
  weights: ({ axis, center, scale }, inputShape) =>
    affineNames({ center, scale }).map((name) => ({
      name,
      shape: axis.map((each) => axisSize(inputShape, each)),
    })),
  formats: {
    ...sameInAll,
    // Its operator in ONNX normalizes only the last axes.
    onnx: ({ graph, config, inputs: [given], weights }) => {
      const x = graph.order(given, 'last');
      const rank = x.shape.length + 1;
      const axes = config.axis.map((axis) => (axis + rank) % rank);
      const mean = (of: typeof x) => graph.apply('ReduceMean', [of], { axes: { ints: axes } });
      const centered = graph.apply('Sub', [x, mean(x)]);
      const variance = mean(graph.apply('Mul', [centered, centered]));
      const deviation = graph.apply('Sqrt', [graph.apply('Add', [variance, graph.number(config.epsilon)])]);
      const normalized = graph.apply('Div', [centered, deviation]);
      const spread = x.shape.map((size, index) => (axes.includes(index + 1) ? size : 1));
      return Object.values(weights).reduce((current, { name, values }) => {
        const operator = name.endsWith('gamma') ? 'Mul' : 'Add';
        return graph.apply(operator, [current, graph.define(name, spread, values)]);
      }, normalized);
    },
    limit: ({ axis }) =>
      axis.length === 1
        ? undefined
        : {
            received: `the axes ${axis.join(', ')}`,
            allowed: 'one axis, since Keras 3 loses several when it reads an .h5 file',
          },
  },
});

/** The layer of TensorFlow.js has no gradients without gamma or without beta, and tiles all statistics. */
function normalize(
  layer: TfjsLayer,
  x: tf.Tensor,
  { axis, smallest }: { readonly axis: readonly number[]; readonly smallest: number },
): tf.Tensor {
  const axes = axis.map((each) => (each + x.rank) % x.rank);
  const centered = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centered), axes, true);
  const spread = x.shape.map((size, index) => (axes.includes(index) ? size : 1));
  return layer.weights.reduce(
    (result, weight) => {
      const value = tf.reshape(weight.read(), spread);
      return weight.originalName.endsWith('gamma') ? tf.mul(result, value) : tf.add(result, value);
    },
    tf.mul(centered, tf.rsqrt(tf.add(variance, smallest))),
  );
}
