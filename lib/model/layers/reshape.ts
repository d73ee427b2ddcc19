import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, sameInAll } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { type Shape, size } from './settings';

/** TensorFlow.js writes the size that follows from the others as `null`, Keras as -1. */
const openSize = z.union([z.literal(-1), z.null().transform((): -1 => -1)]);

function closeShape(targetShape: readonly number[], inputShape: Shape): number[] {
  const given = inputShape.reduce<number>((product, each) => product * (each ?? Number.NaN), 1);
  const known = targetShape.reduce((product, each) => product * Math.abs(each), 1);
  return targetShape.map((each) => (each === -1 ? given / known : each));
}

export const reshape = defineLayer({
  kept: {
    target_shape: z
      .array(z.union([size, openSize]))
      .min(1)
      .max(4)
      .refine((shape) => shape.filter((each) => each === -1).length < 2, 'may leave one size open'),
  },
  build: ({ target_shape }, common) => {
    if (!target_shape.includes(-1)) return layers.reshape({ ...common, targetShape: [...target_shape] });
    // TensorFlow.js leaves the size open for the following layers.
    return new OperationLayer(common, {
      outputShape: (inputShape) => closeShape(target_shape, inputShape),
      compute: ([x]) => tf.reshape(x!, [x!.shape[0]!, ...target_shape]),
    });
  },
  formats: {
    ...sameInAll,
    tfjs: ({ target_shape }, [shape]) =>
      target_shape.includes(-1)
        ? { class_name: 'Reshape', config: { target_shape: closeShape(target_shape, shape!) } }
        : undefined,
    onnx: ({ graph, config, inputs: [x], outputShape }) => {
      const shape = BigInt64Array.from([-1, ...outputShape].map(BigInt));
      const constant = graph.define(`${config.name}.shape`, [shape.length], shape);
      return graph.apply('Reshape', [graph.order(x, 'last'), constant], {}, outputShape);
    },
  },
});
