import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { limitActivation, tfjsActivation } from './activation';
import { type CommonArgs, defineLayer, sameInAll, type WeightSlot } from './layer-kind';
import { OperationLayer } from './operation-layer';
import { type Shape, size, sizePair } from './settings';
import {
  biasOf,
  channelsOf,
  convertLayer,
  depthwiseSettings,
  kernelSettings,
  limitDepthwise,
  toGroupsFirst,
} from './window-2d';

export const depthwiseConv2d = defineLayer({
  kept: { ...kernelSettings, depth_multiplier: size.default(1), dilation_rate: sizePair.default([1, 1]) },
  checked: depthwiseSettings,
  build: (config, common) =>
    isDense(config)
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
      : buildDilated(config, common),
  weights: listWeights,
  formats: {
    ...sameInAll,
    onnx: (call) =>
      convertLayer(call, toGroupsFirst(call.weights['depthwise_kernel']!), channelsOf(call.inputs[0].shape)),
    limit: (config) => limitDepthwise(config) ?? limitActivation(config),
  },
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

function isDense({ dilation_rate: rates }: DepthwiseConfig): boolean {
  return rates.every((rate) => rate === 1);
}

function listWeights(
  { kernel_size, depth_multiplier, use_bias }: DepthwiseConfig,
  inputShape: Shape,
): WeightSlot[] {
  const channels = channelsOf(inputShape);
  return [
    { name: 'depthwise_kernel', shape: [...kernel_size, channels, depth_multiplier] },
    ...biasOf(use_bias, channels * depth_multiplier),
  ];
}

/** The layer of TensorFlow.js ignores dilation. */
function buildDilated(config: DepthwiseConfig, common: CommonArgs): OperationLayer {
  const { kernel_size, strides, padding: pad, depth_multiplier, dilation_rate } = config;
  const activate = layers.activation({ activation: tfjsActivation(config.activation) });
  const reduce = (length: number | null, axis: 0 | 1) => {
    if (length === null) return null;
    const reach = pad === 'same' ? 1 : (kernel_size[axis] - 1) * dilation_rate[axis] + 1;
    return Math.floor((length - reach) / strides[axis]) + 1;
  };
  return new OperationLayer(common, {
    weights: (inputShape) => listWeights(config, inputShape),
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
