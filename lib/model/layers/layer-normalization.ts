import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer } from './layer-kind';
import { affine, affineSettings, axisSize, epsilon } from './normalization-settings';
import { off } from './settings';

export const layerNormalization = defineLayer({
  kept: {
    axis: z.union([z.int().transform((axis) => [axis]), z.array(z.int()).min(1).max(4)]).default([-1]),
    epsilon,
    ...affine,
  },
  checked: { ...affineSettings, rms_scaling: off },
  build: ({ axis, epsilon: smallest, center, scale }, common) =>
    layers.layerNormalization({ ...common, axis: [...axis], epsilon: smallest, center, scale }),
  weights: ({ axis, center, scale }, inputShape) =>
    Array.from({ length: Number(scale) + Number(center) }, () => ({
      shape: axis.map((each) => axisSize(inputShape, each)),
    })),
});
