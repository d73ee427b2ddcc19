import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { convertSoftmax } from './activation';
import { defineLayer, sameInAll } from './layer-kind';
import { OperationLayer } from './operation-layer';

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
  formats: {
    ...sameInAll,
    onnx: ({ graph, inputs: [x] }) => convertSoftmax(graph, x),
    limit: ({ axis }) =>
      axis === -1 ? undefined : { received: `the axis ${axis}`, allowed: '-1, the last axis' },
  },
});
