import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { activationSetting, tfjsActivation } from './activation';
import { defineEvaluatedLayer } from './layer-kind';
import {
  absent,
  channelsLast,
  convolutionSettings,
  flag,
  ignored,
  noDilation,
  singleSize,
  size,
} from './settings';
import { biasOf, channelsOf, kernelSettings, ungrouped } from './window-2d';

export const conv1d = defineEvaluatedLayer({
  kept: {
    filters: size,
    kernel_size: singleSize,
    strides: singleSize.default(1),
    padding: z.enum(['valid', 'same'], 'must be valid or same: causal padding is not read').default('valid'),
    dilation_rate: singleSize.default(1),
    activation: activationSetting,
    use_bias: flag(true),
  },
  checked: {
    ...convolutionSettings,
    kernel_regularizer: ignored,
    data_format: channelsLast,
    groups: ungrouped,
  },
  build: (config, common) =>
    layers.conv1d({
      ...common,
      filters: config.filters,
      kernelSize: config.kernel_size,
      strides: config.strides,
      padding: config.padding,
      dilationRate: [config.dilation_rate],
      activation: tfjsActivation(config.activation),
      useBias: config.use_bias,
    }),
  weights: ({ kernel_size, filters, use_bias }, inputShape) => [
    { name: 'kernel', shape: [kernel_size, channelsOf(inputShape), filters] },
    ...biasOf(use_bias, filters),
  ],
});

export const conv2dTranspose = defineEvaluatedLayer({
  kept: { filters: size, ...kernelSettings },
  checked: {
    ...convolutionSettings,
    kernel_regularizer: ignored,
    data_format: channelsLast,
    groups: ungrouped,
    dilation_rate: noDilation.optional(),
    output_padding: absent,
  },
  build: (config, common) =>
    layers.conv2dTranspose({
      ...common,
      filters: config.filters,
      kernelSize: config.kernel_size,
      strides: config.strides,
      padding: config.padding,
      activation: tfjsActivation(config.activation),
      useBias: config.use_bias,
    }),
  weights: ({ kernel_size, filters, use_bias }, inputShape) => [
    { name: 'kernel', shape: [...kernel_size, filters, channelsOf(inputShape)] },
    ...biasOf(use_bias, filters),
  ],
});
