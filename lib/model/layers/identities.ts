import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { type CommonArgs, defineEvaluatedLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { channelsLast, ignored } from './settings';

/** Layers that do not change their input, except in training. */
const seed = ignored;
const rate = z.number().min(0).lt(1);
const pass = (_: object, common: CommonArgs) =>
  new OperationLayer(common, { compute: ([x]: readonly Tensor[]) => x!.clone() });

export const spatialDropout1d = defineEvaluatedLayer({
  kept: { rate },
  checked: { seed, noise_shape: ignored, data_format: channelsLast },
  build: pass,
});

export const gaussianNoise = defineEvaluatedLayer({
  kept: { stddev: z.number().min(0) },
  checked: { seed },
  build: ({ stddev }, common) => layers.gaussianNoise({ ...common, stddev }),
});

export const gaussianDropout = defineEvaluatedLayer({
  kept: { rate },
  checked: { seed },
  build: ({ rate: fraction }, common) => layers.gaussianDropout({ ...common, rate: fraction }),
});

export const alphaDropout = defineEvaluatedLayer({
  kept: { rate },
  checked: { seed, noise_shape: ignored },
  build: ({ rate: fraction }, common) => layers.alphaDropout({ ...common, rate: fraction }),
});

export const activityRegularization = defineEvaluatedLayer({
  checked: { l1: ignored, l2: ignored },
  build: pass,
});

export const identity = defineEvaluatedLayer({ build: pass });

/** Augmentation, which Keras does only in training, so its settings do not change predictions. */
export const augmentation = defineEvaluatedLayer({
  checked: Object.fromEntries(
    [
      'seed',
      'rng_type',
      'data_format',
      'value_range',
      'factor',
      'mode',
      'fill_mode',
      'fill_value',
      'interpolation',
      'height_factor',
      'width_factor',
      'x_factor',
      'y_factor',
      'lower',
      'upper',
    ].map((key) => [key, ignored]),
  ),
  build: pass,
});
