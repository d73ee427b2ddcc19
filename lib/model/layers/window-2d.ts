import { z } from 'zod';
import type { NamedTensor } from '../safetensors';
import { type ActivationName, activationSetting, convertActivation } from './activation';
import type { Limit } from './layer-kind';
import type { OnnxAttribute, OnnxCall, OnnxGraph, OnnxTensor } from './onnx-graph';
import { channelsLast, convolutionSettings, flag, ignored, padding, type Shape, sizePair } from './settings';

/** What the layers share that move a window over an image. */
export const ungrouped = z.literal(1, 'only convolutions of one group are read').optional();
export const kernelSettings = {
  kernel_size: sizePair,
  strides: sizePair.default([1, 1]),
  padding: padding.default('valid'),
  activation: activationSetting,
  use_bias: flag(true),
};
export const depthwiseSettings = {
  ...convolutionSettings,
  data_format: channelsLast,
  groups: ungrouped,
  depthwise_initializer: ignored,
  depthwise_regularizer: ignored,
  depthwise_constraint: ignored,
  kernel_regularizer: ignored,
};
export const channelsOf = (inputShape: Shape) => inputShape.at(-1) ?? 0;
export const biasOf = (hasBias: boolean, filters: number) =>
  hasBias ? [{ name: 'bias', shape: [filters] }] : [];

export interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'valid' | 'same';
}

/** Attributes of Conv, MaxPool and AveragePool. With explicit margins, as runtimes interpret `auto_pad` in several ways. */
export function describeWindow(
  { shape }: OnnxTensor,
  { size, strides, padding: kind }: Window,
): Record<string, OnnxAttribute> {
  const margins = ([0, 1] as const).map((axis) => {
    if (kind === 'valid') return 0;
    const length = shape[axis]!;
    return Math.max(0, (Math.ceil(length / strides[axis]) - 1) * strides[axis] + size[axis] - length);
  });
  return {
    kernel_shape: { ints: size },
    strides: { ints: strides },
    // The odd pixel is added at the end.
    pads: {
      ints: [...margins.map((all) => Math.floor(all / 2)), ...margins.map((all) => Math.ceil(all / 2))],
    },
  };
}

/** A convolution of every channel with its own filters is one with as many groups as channels. */
export function convertConvolution(
  graph: OnnxGraph,
  x: OnnxTensor,
  { kernel, bias }: { readonly kernel: NamedTensor; readonly bias: NamedTensor | undefined },
  { groups = 1, ...window }: Window & { readonly groups?: number },
  outputShape: readonly number[],
): OnnxTensor {
  const moved = graph.order(x, 'first');
  const constants = [kernel, ...(bias === undefined ? [] : [bias])];
  return graph.apply(
    'Conv',
    [moved, ...constants.map(({ name, shape, values }) => graph.define(name, shape, values))],
    {
      ...describeWindow(x, window),
      ...(groups > 1 && { group: { int: groups } }),
    },
    outputShape,
  );
}

/** A layer of one convolution, with its activation. */
export function convertLayer(
  { graph, config, inputs: [x], weights, outputShape }: OnnxCall<ConvolutionConfig>,
  kernel: NamedTensor,
  groups = 1,
): OnnxTensor {
  const { kernel_size: kernelSize, strides, padding: kind, activation } = config;
  const window = { size: kernelSize, strides, padding: kind, groups };
  const sums = convertConvolution(graph, x, { kernel, bias: weights['bias'] }, window, outputShape);
  return convertActivation(graph, sums, activation);
}

interface ConvolutionConfig extends Omit<Window, 'size'> {
  readonly kernel_size: readonly [number, number];
  readonly activation: ActivationName;
}

/** [height, width, inputs, filters] to [filters, inputs, height, width]. */
export function toFiltersFirst({ name, shape, values }: NamedTensor): NamedTensor {
  const [height, width, inputs, filters] = shape as [number, number, number, number];
  const moved = new Float32Array(values.length);
  const pixels = height * width;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let input = 0; input < inputs; input += 1) {
      for (let filter = 0; filter < filters; filter += 1) {
        moved[(filter * inputs + input) * pixels + pixel] =
          values[(pixel * inputs + input) * filters + filter]!;
      }
    }
  }
  return { name, shape: [filters, inputs, height, width], values: moved };
}

/** [height, width, inputs, multiplier] to [inputs · multiplier, 1, height, width]. */
export function toGroupsFirst({ name, shape, values }: NamedTensor): NamedTensor {
  const [height, width, inputs, multiplier] = shape as [number, number, number, number];
  return toFiltersFirst({ name, shape: [height, width, 1, inputs * multiplier], values });
}

interface Spacing {
  readonly strides: readonly [number, number];
  readonly dilation_rate: readonly [number, number];
}

/** TensorFlow.js has no gradient of a dilated convolution. */
export function limitDilation({ dilation_rate: rates }: Pick<Spacing, 'dilation_rate'>): Limit | undefined {
  if (rates.every((rate) => rate === 1)) return undefined;
  return { received: `the dilation rate ${rates.join(' and ')}`, allowed: 'a rate of 1' };
}

/** TensorFlow has no kernel on the CPU for two strides. */
export function limitDepthwise({ strides, ...others }: Spacing): Limit | undefined {
  if (strides[0] === strides[1]) return limitDilation(others);
  return { received: `the strides ${strides.join(' and ')}`, allowed: 'one stride for both directions' };
}
