import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineEvaluatedLayer } from './layer-kind';
import { channelsLast, margins, size } from './settings';

/** Dimensions count from 1: the batch stays the first. */
export const permute = defineEvaluatedLayer({
  kept: { dims: z.array(size).min(1).max(4) },
  build: ({ dims }, common) => layers.permute({ ...common, dims: [...dims] }),
});

export const repeatVector = defineEvaluatedLayer({
  kept: { n: size },
  build: ({ n }, common) => layers.repeatVector({ ...common, n }),
});

export const cropping2d = defineEvaluatedLayer({
  kept: { cropping: margins },
  checked: { data_format: channelsLast },
  build: ({ cropping }, common) => layers.cropping2D({ ...common, cropping }),
});
