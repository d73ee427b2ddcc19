import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineEvaluatedLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { ignored, size } from './settings';

export const elu = defineEvaluatedLayer({
  kept: { alpha: z.number().default(1) },
  // The layer of TensorFlow.js supports only alpha 1 on all backends.
  build: ({ alpha }, common) =>
    new OperationLayer(common, {
      compute: ([x]) => tf.add(tf.relu(x!), tf.mul(tf.sub(tf.exp(tf.minimum(x!, 0)), 1), alpha)),
    }),
});

export const thresholdedRelu = defineEvaluatedLayer({
  kept: { theta: z.number().min(0).default(1) },
  build: ({ theta }, common) =>
    new OperationLayer(common, {
      compute: ([x]) => tf.mul(x!, tf.cast(tf.greater(x!, theta), 'float32')),
    }),
});

export const prelu = defineEvaluatedLayer({
  kept: { shared_axes: z.array(size).nullable().default(null) },
  checked: { alpha_initializer: ignored, alpha_regularizer: ignored, alpha_constraint: ignored },
  build: ({ shared_axes }, common) =>
    layers.prelu({ ...common, ...(shared_axes !== null && { sharedAxes: shared_axes }) }),
  weights: ({ shared_axes }, inputShape) => [
    {
      name: 'alpha',
      shape: inputShape.map((each, index) => (shared_axes?.includes(index + 1) ? 1 : (each ?? 0))),
    },
  ],
});
