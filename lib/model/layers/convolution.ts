import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { activationSetting, tfjsActivation } from './activation';
import { type CommonArgs, defineLayer, type WeightSlot } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { regularize } from './regularize';
import {
  absent,
  channelsLast,
  convolutionSettings,
  flag,
  ignored,
  kernelRegularizer,
  noDilation,
  padding,
  type Shape,
  singleSize,
  size,
  sizePair,
} from './settings';

const ungrouped = z.literal(1, 'only convolutions of one group are read').optional();
const kernel = {
  kernel_size: sizePair,
  strides: sizePair.default([1, 1]),
  padding: padding.default('valid'),
  activation: activationSetting,
  use_bias: flag(true),
};
const depthwiseSettings = {
  ...convolutionSettings,
  data_format: channelsLast,
  groups: ungrouped,
  depthwise_initializer: ignored,
  depthwise_regularizer: ignored,
  depthwise_constraint: ignored,
  kernel_regularizer: ignored,
};
const channelsOf = (inputShape: Shape) => inputShape.at(-1) ?? 0;
const biasOf = (hasBias: boolean, filters: number) => (hasBias ? [{ shape: [filters] }] : []);

export const conv2d = defineLayer({
  kept: {
    filters: size,
    ...kernel,
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
    { shape: [...kernel_size, channelsOf(inputShape), filters] },
    ...biasOf(use_bias, filters),
  ],
});

export const conv1d = defineLayer({
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
    { shape: [kernel_size, channelsOf(inputShape), filters] },
    ...biasOf(use_bias, filters),
  ],
});

export const conv2dTranspose = defineLayer({
  kept: { filters: size, ...kernel },
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
    { shape: [...kernel_size, filters, channelsOf(inputShape)] },
    ...biasOf(use_bias, filters),
  ],
});

export const depthwiseConv2d = defineLayer({
  kept: { ...kernel, depth_multiplier: size.default(1), dilation_rate: sizePair.default([1, 1]) },
  checked: depthwiseSettings,
  build: (config, common) =>
    config.dilation_rate.every((rate) => rate === 1)
      ? layers.depthwiseConv2d({
          ...common,
          kernelSize: config.kernel_size,
          strides: config.strides,
          padding: config.padding,
          depthMultiplier: config.depth_multiplier,
          depthwiseInitializer: 'glorotUniform',
          activation: tfjsActivation(config.activation),
          useBias: config.use_bias,
        })
      : buildDilatedDepthwise(config, common),
  weights: listDepthwiseWeights,
});

interface DepthwiseConfig {
  readonly kernel_size: [number, number];
  readonly strides: [number, number];
  readonly padding: 'valid' | 'same';
  readonly activation: Parameters<typeof tfjsActivation>[0];
  readonly use_bias: boolean;
  readonly depth_multiplier: number;
  readonly dilation_rate: [number, number];
}

function listDepthwiseWeights(
  { kernel_size, depth_multiplier, use_bias }: DepthwiseConfig,
  inputShape: Shape,
): WeightSlot[] {
  const channels = channelsOf(inputShape);
  return [
    { shape: [...kernel_size, channels, depth_multiplier] },
    ...biasOf(use_bias, channels * depth_multiplier),
  ];
}

/** The layer of TensorFlow.js ignores dilation. */
function buildDilatedDepthwise(config: DepthwiseConfig, common: CommonArgs): OperationLayer {
  const { kernel_size, strides, padding: pad, depth_multiplier, dilation_rate } = config;
  const activate = layers.activation({ activation: tfjsActivation(config.activation) });
  const reduce = (length: number | null, axis: 0 | 1) => {
    if (length === null) return null;
    const reach = pad === 'same' ? 1 : (kernel_size[axis] - 1) * dilation_rate[axis] + 1;
    return Math.floor((length - reach) / strides[axis]) + 1;
  };
  return new OperationLayer(common, {
    weights: (inputShape) => listDepthwiseWeights(config, inputShape),
    outputShape: (inputShape) => [
      reduce(inputShape[0] ?? null, 0),
      reduce(inputShape[1] ?? null, 1),
      channelsOf(inputShape) * depth_multiplier,
    ],
    compute: ([x], [depthwise, bias]) => {
      const sums = tf.depthwiseConv2d(
        x as tf.Tensor4D,
        depthwise as tf.Tensor4D,
        strides,
        pad,
        'NHWC',
        dilation_rate,
      );
      return activate.call(bias === undefined ? sums : tf.add(sums, bias), {}) as tf.Tensor;
    },
  });
}

export const separableConv2d = defineLayer({
  kept: {
    filters: size,
    ...kernel,
    depth_multiplier: size.default(1),
    dilation_rate: sizePair.default([1, 1]),
  },
  checked: {
    ...depthwiseSettings,
    pointwise_initializer: ignored,
    pointwise_regularizer: ignored,
    pointwise_constraint: ignored,
  },
  build: (config, common) =>
    layers.separableConv2d({
      ...common,
      filters: config.filters,
      kernelSize: config.kernel_size,
      strides: config.strides,
      padding: config.padding,
      depthMultiplier: config.depth_multiplier,
      dilationRate: config.dilation_rate,
      activation: tfjsActivation(config.activation),
      useBias: config.use_bias,
    }),
  weights: ({ kernel_size, depth_multiplier, filters, use_bias }, inputShape) => [
    { shape: [...kernel_size, channelsOf(inputShape), depth_multiplier] },
    { shape: [1, 1, channelsOf(inputShape) * depth_multiplier, filters] },
    ...biasOf(use_bias, filters),
  ],
});
