import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';

/** Of two or more inputs. */
export const add = defineLayer({ build: (_, common) => layers.add(common) });
export const multiply = defineLayer({ build: (_, common) => layers.multiply(common) });
export const average = defineLayer({ build: (_, common) => layers.average(common) });
export const maximum = defineLayer({ build: (_, common) => layers.maximum(common) });
export const minimum = defineLayer({ build: (_, common) => layers.minimum(common) });
export const subtract = defineLayer({
  build: (_, common) => new OperationLayer(common, { compute: ([left, right]) => tf.sub(left!, right!) }),
});

/** The axis counts the batch as 0; from the end, -1 is the last. */
export const concatenate = defineLayer({
  kept: { axis: z.int().default(-1) },
  build: ({ axis }, common) => layers.concatenate({ ...common, axis }),
});
