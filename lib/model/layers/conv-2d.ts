import { layers } from '@tensorflow/tfjs-layers';
import { limitActivation, tfjsActivation } from './activation';
import { defineLayer, sameInAll } from './layer-kind';
import { regularize } from './regularize';
import { channelsLast, convolutionSettings, kernelRegularizer, size, sizePair } from './settings';
import {
  biasOf,
  channelsOf,
  convertLayer,
  kernelSettings,
  limitDilation,
  toFiltersFirst,
  ungrouped,
} from './window-2d';

export const conv2d = defineLayer({
  kept: {
    filters: size,
    ...kernelSettings,
    kernel_regularizer: kernelRegularizer,
    dilation_rate: sizePair.default([1, 1]),
  },
  checked: { ...convolutionSettings, data_format: channelsLast, groups: ungrouped },
  build: (config, common) =>
    layers.conv2d({
      ...common,
      filters: config.filters,
      kernelSize: config.kernel_size,
      strides: config.strides,
      padding: config.padding,
      dilationRate: config.dilation_rate,
      activation: tfjsActivation(config.activation),
      useBias: config.use_bias,
      kernelInitializer: 'glorotUniform',
      ...regularize(config.kernel_regularizer),
    }),
  weights: ({ kernel_size, filters, use_bias }, inputShape) => [
    { name: 'kernel', shape: [...kernel_size, channelsOf(inputShape), filters] },
    ...biasOf(use_bias, filters),
  ],
  formats: {
    ...sameInAll,
    onnx: (call) => convertLayer(call, toFiltersFirst(call.weights['kernel']!)),
    limit: (config) => limitDilation(config) ?? limitActivation(config),
  },
});
