import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, type TfjsLayer } from './layer-kind';
import { absent, flag, ignored, off, type Shape } from './settings';

const epsilon = z.number().gt(0);
const affine = { center: flag(true), scale: flag(true) };
const affineSettings = {
  beta_initializer: ignored,
  gamma_initializer: ignored,
  beta_regularizer: ignored,
  gamma_regularizer: ignored,
  beta_constraint: ignored,
  gamma_constraint: ignored,
};

/** Axes count the batch as 0; from the end, -1 is the last. */
const sizeAt = (inputShape: Shape, axis: number) =>
  (axis < 0 ? inputShape.at(axis) : inputShape[axis - 1]) ?? 0;

export const batchNormalization = defineLayer({
  kept: {
    // Keras 2 writes the last axis as a list of its index.
    axis: z.union([z.int(), z.tuple([z.int()]).transform(([axis]) => axis)]).default(-1),
    momentum: z.number().min(0).max(1),
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
    correctOnWasm(layers.batchNormalization({ ...common, ...settings }), settings),
  weights: ({ axis, center, scale }, inputShape) => {
    const shape = [sizeAt(inputShape, axis)];
    const affineCount = Number(scale) + Number(center);
    return [
      ...Array.from({ length: affineCount }, () => ({ shape })),
      { shape, isState: true },
      { shape, isState: true },
    ];
  },
});

interface NormalizationSettings {
  readonly axis: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/** The WASM kernel interprets all statistics as those of the last axis. */
function correctOnWasm(layer: TfjsLayer, { axis, epsilon: smallest, center, scale }: NormalizationSettings) {
  const callKernel = layer.call.bind(layer);
  layer.call = (inputs, settings) => {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (settings['training'] === true || axis === -1 || axis === x.rank - 1)
      return callKernel(inputs, settings);
    return tf.tidy(() => {
      const shape = x.shape.map((each, index) => (index === (axis + x.rank) % x.rank ? each : 1));
      const weights = layer.weights.map((weight) => tf.reshape(weight.read(), shape));
      const [mean, variance] = weights.slice(-2);
      let result = tf.mul(tf.sub(x, mean!), tf.rsqrt(tf.add(variance!, smallest)));
      if (scale) result = tf.mul(result, weights[0]!);
      return center ? tf.add(result, weights[scale ? 1 : 0]!) : result;
    });
  };
  return layer;
}

export const layerNormalization = defineLayer({
  kept: {
    axis: z.union([z.int().transform((axis) => [axis]), z.array(z.int()).min(1).max(4)]),
    epsilon,
    ...affine,
  },
  checked: { ...affineSettings, rms_scaling: off },
  build: ({ axis, epsilon: smallest, center, scale }, common) =>
    layers.layerNormalization({ ...common, axis: [...axis], epsilon: smallest, center, scale }),
  weights: ({ axis, center, scale }, inputShape) =>
    Array.from({ length: Number(scale) + Number(center) }, () => ({
      shape: axis.map((each) => sizeAt(inputShape, each)),
    })),
});
