import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { ignored, size } from './settings';

const slope = z.number();

/** Keras: max_value above it, x from `threshold` on, negative_slope · (x - threshold) below. */
export const relu = defineLayer({
  kept: {
    max_value: z.number().min(0).nullable().default(null),
    negative_slope: slope.nullable().default(0),
    threshold: z.number().nullable().default(0),
  },
  build: ({ max_value, negative_slope, threshold }, common) => {
    if (!negative_slope && !threshold) {
      return layers.reLU({ ...common, ...(max_value !== null && { maxValue: max_value }) });
    }
    const limit = threshold ?? 0;
    return new OperationLayer(common, {
      compute: ([x]) => {
        const below = tf.mul(tf.sub(x!, limit), negative_slope ?? 0);
        const above = max_value === null ? x! : tf.minimum(x!, max_value);
        return tf.where(tf.greaterEqual(x!, limit), above, below);
      },
    });
  },
});

/** The slope is `alpha` in Keras 2 and in TensorFlow.js, and `negative_slope` in Keras 3. */
export const leakyRelu = defineLayer({
  kept: { alpha: slope.optional(), negative_slope: slope.optional() },
  build: ({ alpha, negative_slope }, common) =>
    layers.leakyReLU({ ...common, alpha: negative_slope ?? alpha ?? 0.3 }),
});

export const elu = defineLayer({
  kept: { alpha: slope.default(1) },
  // The layer of TensorFlow.js supports only alpha 1 on all backends.
  build: ({ alpha }, common) =>
    new OperationLayer(common, {
      compute: ([x]) => tf.add(tf.relu(x!), tf.mul(tf.sub(tf.exp(tf.minimum(x!, 0)), 1), alpha)),
    }),
});

export const thresholdedRelu = defineLayer({
  kept: { theta: z.number().min(0).default(1) },
  build: ({ theta }, common) =>
    new OperationLayer(common, {
      compute: ([x]) => tf.mul(x!, tf.cast(tf.greater(x!, theta), 'float32')),
    }),
});

export const prelu = defineLayer({
  kept: { shared_axes: z.array(size).nullable().default(null) },
  checked: { alpha_initializer: ignored, alpha_regularizer: ignored, alpha_constraint: ignored },
  build: ({ shared_axes }, common) =>
    layers.prelu({ ...common, ...(shared_axes !== null && { sharedAxes: shared_axes }) }),
  weights: ({ shared_axes }, inputShape) => [
    { shape: inputShape.map((each, index) => (shared_axes?.includes(index + 1) ? 1 : (each ?? 0))) },
  ],
});

export const softmax = defineLayer({
  kept: { axis: z.union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)]).default(-1) },
  build: ({ axis }, common) => {
    if (axis === -1) return layers.softmax({ ...common, axis });
    // TensorFlow.js supports only the last axis.
    return new OperationLayer(common, {
      compute: ([x]) => {
        const powers = tf.exp(tf.sub(x!, tf.max(x!, axis, true)));
        return tf.div(powers, tf.sum(powers, axis, true));
      },
    });
  },
});
