import { layers } from '@tensorflow/tfjs-layers';
import { defineEvaluatedLayer } from './layer-kind';
import { channelsLast, off, padding, singleSize } from './settings';

const checked = { data_format: channelsLast };
const kept = {
  pool_size: singleSize,
  strides: singleSize.nullable().default(null),
  padding: padding.default('valid'),
};

export const maxPooling1d = defineEvaluatedLayer({
  kept,
  checked,
  build: ({ pool_size, strides, padding: pad }, common) =>
    layers.maxPooling1d({ ...common, poolSize: pool_size, strides: strides ?? pool_size, padding: pad }),
});

export const averagePooling1d = defineEvaluatedLayer({
  kept,
  checked,
  build: ({ pool_size, strides, padding: pad }, common) =>
    layers.averagePooling1d({ ...common, poolSize: pool_size, strides: strides ?? pool_size, padding: pad }),
});

const checkedGlobal = { ...checked, keepdims: off };

export const globalMaxPooling1d = defineEvaluatedLayer({
  checked: checkedGlobal,
  build: (_, common) => layers.globalMaxPooling1d(common),
});

export const globalAveragePooling1d = defineEvaluatedLayer({
  checked: checkedGlobal,
  build: (_, common) => layers.globalAveragePooling1d(common),
});
