import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { channelsLast, margins, size } from './settings';

/** Keras also accepts a flat input: [batch, n] stays unchanged. */
export const flatten = defineLayer({
  checked: { data_format: channelsLast },
  build: (_, common) => {
    const layer = layers.flatten(common);
    layer.inputSpec = [{ minNDim: 2 }];
    return layer;
  },
});

/** TensorFlow.js writes the size that follows from the others as `null`, Keras as -1. */
const openSize = z.union([z.literal(-1), z.null().transform((): -1 => -1)]);

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
      outputShape: (inputShape) => {
        const given = inputShape.reduce<number>((product, each) => product * (each ?? Number.NaN), 1);
        const known = target_shape.reduce((product, each) => product * Math.abs(each), 1);
        return target_shape.map((each) => (each === -1 ? given / known : each));
      },
      compute: ([x]) => tf.reshape(x!, [x!.shape[0]!, ...target_shape]),
    });
  },
});

/** Dimensions count from 1: the batch stays the first. */
export const permute = defineLayer({
  kept: { dims: z.array(size).min(1).max(4) },
  build: ({ dims }, common) => layers.permute({ ...common, dims: [...dims] }),
});

export const repeatVector = defineLayer({
  kept: { n: size },
  build: ({ n }, common) => layers.repeatVector({ ...common, n }),
});

export const zeroPadding2d = defineLayer({
  kept: { padding: margins },
  checked: { data_format: channelsLast },
  build: ({ padding }, common) => layers.zeroPadding2d({ ...common, padding }),
});

export const cropping2d = defineLayer({
  kept: { cropping: margins },
  checked: { data_format: channelsLast },
  build: ({ cropping }, common) => layers.cropping2D({ ...common, cropping }),
});
