import { layers } from '@tensorflow/tfjs-layers';
import { convertActivation, limitActivation, tfjsActivation } from './activation';
import { defineLayer, sameInAll } from './layer-kind';
import { ignored, size, sizePair } from './settings';
import {
  biasOf,
  channelsOf,
  convertConvolution,
  depthwiseSettings,
  kernelSettings,
  limitDepthwise,
  toFiltersFirst,
  toGroupsFirst,
} from './window-2d';

export const separableConv2d = defineLayer({
  kept: {
    filters: size,
    ...kernelSettings,
    depth_multiplier: size.default(1),
    dilation_rate: sizePair.default([1, 1]),
  },
  checked: {
    ...depthwiseSettings,
    pointwise_initializer: ignored,
    pointwise_regularizer: ignored,
    pointwise_constraint: ignored,
  },
  build: (config, common) => {
    const layer = layers.separableConv2d({
      ...common,
      filters: config.filters,
      kernelSize: config.kernel_size,
      strides: config.strides,
      padding: config.padding,
      depthMultiplier: config.depth_multiplier,
      dilationRate: config.dilation_rate,
      activation: tfjsActivation(config.activation),
      useBias: config.use_bias,
    });
    // TensorFlow.js reads this setting from files, but does not write it.
    const getOthers = layer.getConfig.bind(layer);
    layer.getConfig = () => ({ ...getOthers(), depthMultiplier: config.depth_multiplier });
    return layer;
  },
  weights: ({ kernel_size, depth_multiplier, filters, use_bias }, inputShape) => [
    { name: 'depthwise_kernel', shape: [...kernel_size, channelsOf(inputShape), depth_multiplier] },
    { name: 'pointwise_kernel', shape: [1, 1, channelsOf(inputShape) * depth_multiplier, filters] },
    ...biasOf(use_bias, filters),
  ],
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [x], weights, outputShape }) => {
      const { kernel_size: kernelSize, strides, padding } = config;
      const channels = channelsOf(x.shape);
      const perChannel = convertConvolution(
        graph,
        x,
        { kernel: toGroupsFirst(weights['depthwise_kernel']!), bias: undefined },
        { size: kernelSize, strides, padding, groups: channels },
        [...outputShape.slice(0, 2), channels * config.depth_multiplier],
      );
      const sums = convertConvolution(
        graph,
        perChannel,
        { kernel: toFiltersFirst(weights['pointwise_kernel']!), bias: weights['bias'] },
        { size: [1, 1], strides: [1, 1], padding: 'valid' },
        outputShape,
      );
      return convertActivation(graph, sums, config.activation);
    },
    limit: (config) => limitDepthwise(config) ?? limitActivation(config),
  },
});
