import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineEvaluatedLayer } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { channelsLast, off, sizePair } from './settings';

const side = z
  .int()
  .min(1)
  .max(1 << 12);

/** Keras' method: half-pixel centers, no antialiasing. */
export const resizing = defineEvaluatedLayer({
  kept: { height: side, width: side, interpolation: z.enum(['bilinear', 'nearest']).default('bilinear') },
  checked: {
    crop_to_aspect_ratio: off,
    pad_to_aspect_ratio: off,
    antialias: off,
    fill_mode: z.unknown().optional(),
    fill_value: z.unknown().optional(),
    data_format: channelsLast,
  },
  build: ({ height, width, interpolation }, common) => {
    const resize = interpolation === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
    return new OperationLayer(common, {
      outputShape: (inputShape) => [height, width, inputShape.at(-1) ?? null],
      compute: ([x]) => resize(x as tf.Tensor4D, [height, width], false, true),
    });
  },
});

export const upSampling2d = defineEvaluatedLayer({
  kept: { size: sizePair.default([2, 2]) },
  checked: {
    interpolation: z.literal('nearest', 'only nearest is read').optional(),
    data_format: channelsLast,
  },
  build: ({ size: factors }, common) => layers.upSampling2d({ ...common, size: factors }),
});
