import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, sameAsKeras } from './layer-kind';
import { OperationLayer } from './operation-layer';

const none = (value: number | null | undefined) => value ?? 0;

/** Keras: min(x, max_value) above the threshold, negative_slope · (x - threshold) below. */
export const relu = defineLayer({
  kept: {
    max_value: z.number().min(0).nullable().default(null),
    negative_slope: z.number().nullish().transform(none),
    threshold: z.number().nullish().transform(none),
  },
  build: ({ max_value, negative_slope, threshold }, common) => {
    if (negative_slope === 0 && threshold === 0) {
      return layers.reLU({ ...common, ...(max_value !== null && { maxValue: max_value }) });
    }
    return new OperationLayer(common, {
      compute: ([x]) => {
        // A comparison has no gradient; this is 1 above the threshold, and 0 elsewhere.
        const isAbove = tf.step(tf.sub(x!, threshold));
        const above = tf.mul(max_value === null ? x! : tf.minimum(x!, max_value), isAbove);
        if (negative_slope === 0) return above;
        const below = tf.mul(tf.sub(x!, threshold), negative_slope);
        return tf.add(above, tf.mul(below, tf.sub(1, isAbove)));
      },
    });
  },
  formats: {
    tfjs: ({ negative_slope, threshold }) => {
      if (negative_slope !== 0) return { class_name: 'LeakyReLU', config: { alpha: negative_slope } };
      if (threshold !== 0) return { class_name: 'ThresholdedReLU', config: { theta: threshold } };
      return undefined;
    },
    keras2: sameAsKeras,
    keras3: sameAsKeras,
    onnx: ({ graph, config: { max_value, negative_slope, threshold }, inputs: [x] }) => {
      if (negative_slope !== 0) return graph.apply('LeakyRelu', [x], { alpha: { float: negative_slope } });
      if (threshold !== 0) {
        const isAbove = graph.apply('Greater', [x, graph.number(threshold)]);
        return graph.apply('Where', [isAbove, x, graph.number(0)]);
      }
      return max_value === null
        ? graph.apply('Relu', [x])
        : graph.apply('Clip', [x, graph.number(0), graph.number(max_value)]);
    },
    limit: ({ max_value, negative_slope, threshold }) => {
      const given = Object.entries({ max_value, negative_slope, threshold }).filter(([, value]) => value);
      if (given.length > 1) {
        return {
          received: given.map(([name, value]) => `${name} ${value}`).join(' and '),
          allowed: 'one of them, since TensorFlow.js has no layer for several',
        };
      }
      return undefined;
    },
  },
});
