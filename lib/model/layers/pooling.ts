import { layers } from '@tensorflow/tfjs-layers';
import { defineLayer } from './layer-kind';
import { channelsLast, off, padding, singleSize, sizePair } from './settings';

const checked = { data_format: channelsLast };
const window2d = {
  pool_size: sizePair,
  strides: sizePair.nullable().default(null),
  padding: padding.default('valid'),
};

export const maxPooling2d = defineLayer({
  kept: window2d,
  checked,
  build: ({ pool_size, strides, padding: pad }, common) =>
    layers.maxPooling2d({ ...common, poolSize: pool_size, strides: strides ?? pool_size, padding: pad }),
});

export const averagePooling2d = defineLayer({
  kept: window2d,
  checked,
  build: ({ pool_size, strides, padding: pad }, common) =>
    layers.averagePooling2d({ ...common, poolSize: pool_size, strides: strides ?? pool_size, padding: pad }),
});

const window1d = {
  pool_size: singleSize,
  strides: singleSize.nullable().default(null),
  padding: padding.default('valid'),
};

export const maxPooling1d = defineLayer({
  kept: window1d,
  checked,
  build: ({ pool_size, strides, padding: pad }, common) =>
    layers.maxPooling1d({ ...common, poolSize: pool_size, strides: strides ?? pool_size, padding: pad }),
});

export const averagePooling1d = defineLayer({
  kept: window1d,
  checked,
  build: ({ pool_size, strides, padding: pad }, common) =>
    layers.averagePooling1d({ ...common, poolSize: pool_size, strides: strides ?? pool_size, padding: pad }),
});

const checkedGlobal = { ...checked, keepdims: off };

export const globalMaxPooling2d = defineLayer({
  checked: checkedGlobal,
  build: (_, common) => layers.globalMaxPooling2d(common),
});

export const globalAveragePooling2d = defineLayer({
  checked: checkedGlobal,
  build: (_, common) => layers.globalAveragePooling2d(common),
});

export const globalMaxPooling1d = defineLayer({
  checked: checkedGlobal,
  build: (_, common) => layers.globalMaxPooling1d(common),
});

export const globalAveragePooling1d = defineLayer({
  checked: checkedGlobal,
  build: (_, common) => layers.globalAveragePooling1d(common),
});
