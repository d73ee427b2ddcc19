import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { defineEvaluatedLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';

/** Of two or more inputs. */
export const multiply = defineEvaluatedLayer({ build: (_, common) => layers.multiply(common) });
export const average = defineEvaluatedLayer({ build: (_, common) => layers.average(common) });
export const maximum = defineEvaluatedLayer({ build: (_, common) => layers.maximum(common) });
export const minimum = defineEvaluatedLayer({ build: (_, common) => layers.minimum(common) });
export const subtract = defineEvaluatedLayer({
  build: (_, common) => new OperationLayer(common, { compute: ([left, right]) => tf.sub(left!, right!) }),
});
