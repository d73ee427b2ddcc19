import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageShapeOf } from '../../lib/contracts/image-shape';
import { assemble } from '../../lib/model/assemble';
import { type KerasCall, type KerasGraph, memberOf, modelInput } from '../../lib/model/keras-graph';
import { type KerasLayer, readLayer } from '../../lib/model/keras-layers';

interface Call {
  /** @default that of the layer */
  readonly name?: string;
  /** Names of calls; `images` is the input. @default the call before */
  readonly from?: readonly string[];
}
interface NewLayer extends Call {
  readonly layer: string;
  readonly config?: object;
}
interface LayerAgain extends Call {
  readonly name: string;
  /** Name of a layer. */
  readonly again: string;
}
type Step = NewLayer | LayerAgain | string;

interface Network {
  /** @default [8, 8, 1] */
  readonly inputShape?: readonly number[];
  readonly steps: readonly Step[];
}

export const networkClasses = 3;

const layer = (name: string, config: object = {}, call: Call = {}): NewLayer => ({
  layer: name,
  config,
  ...call,
});
const conv = (filters: number, config: object = {}, call: Call = {}) =>
  layer('Conv2D', { filters, kernel_size: [3, 3], padding: 'same', ...config }, call);
const relu = layer('ReLU');
const average = { pool_size: [3, 3], strides: [1, 1], padding: 'same' };
const padding = (...sides: [number, number][]) => layer('ZeroPadding2D', { padding: sides });
const norm = (config: object = {}) => layer('BatchNormalization', { epsilon: 0.01, ...config });
const head = [
  'Flatten',
  layer('Dense', { units: networkClasses, activation: 'softmax' }, { name: 'probabilities' }),
];
const activations = [
  ...['elu', 'selu', 'gelu', 'swish', 'softplus', 'softsign', 'relu6', 'mish'],
  ...['sigmoid', 'tanh', 'relu', 'linear', 'softmax'],
];

/** Every layer that is exported, with its options. */
export const sampleNetworks: Record<string, Network> = {
  convolutions: {
    steps: [
      conv(4, { activation: 'relu', strides: [2, 1] }),
      conv(3, { kernel_size: [2, 3], padding: 'valid', use_bias: false }),
      conv(5, { kernel_size: [2, 2], activation: 'tanh' }),
      conv(4, { kernel_size: [1, 2], strides: [1, 2], padding: 'valid' }),
      ...head,
    ],
  },
  'activations of convolutions': {
    steps: [...activations.map((activation) => conv(4, { activation })), ...head],
  },
  'activations as layers': {
    steps: [
      conv(4),
      ...activations.flatMap((activation) => [
        layer('Activation', { activation }),
        layer('Rescaling', { scale: 3, offset: -0.5 }),
      ]),
      ...head,
    ],
  },
  'depthwise convolutions': {
    steps: [
      conv(3),
      layer('DepthwiseConv2D', { kernel_size: [3, 2], padding: 'same', depth_multiplier: 2 }),
      layer('DepthwiseConv2D', { kernel_size: [3, 3], padding: 'same', strides: [2, 2], activation: 'gelu' }),
      layer('DepthwiseConv2D', { kernel_size: [2, 2], use_bias: false }),
      ...head,
    ],
  },
  'separable convolutions': {
    steps: [
      conv(3),
      layer('SeparableConv2D', { filters: 4, kernel_size: [3, 3], padding: 'same', depth_multiplier: 2 }),
      layer('SeparableConv2D', {
        filters: 5,
        kernel_size: [2, 3],
        padding: 'same',
        activation: 'relu',
      }),
      layer('SeparableConv2D', { filters: 3, kernel_size: [3, 3], strides: [2, 2], use_bias: false }),
      ...head,
    ],
  },
  pooling: {
    steps: [
      conv(4),
      layer('MaxPooling2D', { pool_size: [2, 2], strides: [1, 1], padding: 'same' }),
      layer('AveragePooling2D', { pool_size: [3, 2], strides: [1, 1], padding: 'same' }),
      layer('MaxPooling2D', { pool_size: [2, 1], strides: [1, 1] }),
      layer('AveragePooling2D', { pool_size: [3, 3], strides: [2, 2], padding: 'same' }),
      layer('AveragePooling2D', { pool_size: [2, 2] }),
      ...head,
    ],
  },
  'global average pooling': {
    steps: [conv(6, { activation: 'relu' }), 'GlobalAveragePooling2D', ...head],
  },
  'global maximum pooling': {
    inputShape: [8, 8],
    steps: [
      layer('Reshape', { target_shape: [4, 4, 4] }),
      'GlobalMaxPooling2D',
      layer('Dense', { units: networkClasses, activation: 'softmax', use_bias: false }),
    ],
  },
  'batch normalization': {
    steps: [
      conv(4, { use_bias: false }),
      norm(),
      relu,
      norm({ scale: false, momentum: 0.9 }),
      norm({ center: false, trainable: false }),
      norm({ scale: false, center: false }),
      norm({ axis: 3, momentum: 0.5 }),
      conv(2),
      'Flatten',
      norm(),
      ...head.slice(1),
    ],
  },
  'normalization of rows': {
    inputShape: [8, 8],
    steps: [norm(), norm({ axis: 2, center: false }), layer('LayerNormalization'), ...head],
  },
  'layer normalization': {
    steps: [
      conv(4),
      layer('LayerNormalization'),
      conv(4),
      layer('LayerNormalization', { axis: 1, scale: false, epsilon: 0.1 }),
      layer('LayerNormalization', { axis: [2], center: false }),
      'Flatten',
      layer('LayerNormalization'),
      ...head.slice(1),
    ],
  },
  rectifiers: {
    steps: [
      conv(4),
      layer('LeakyReLU'),
      conv(4),
      layer('LeakyReLU', { negative_slope: 0.1 }),
      conv(4),
      layer('ReLU', { negative_slope: 0.2 }),
      conv(4),
      layer('ReLU', { threshold: 0.2 }),
      conv(4),
      layer('ReLU', { max_value: 0.5 }),
      'Softmax',
      ...head,
    ],
  },
  shapes: {
    inputShape: [8, 8],
    steps: [
      layer('Rescaling', { scale: 2, offset: -1 }),
      layer('Reshape', { target_shape: [8, 8, 1] }),
      padding([1, 0], [2, 1]),
      conv(3, { padding: 'valid' }),
      padding([0, 2], [1, 0]),
      layer('Reshape', { target_shape: [-1, 6] }),
      layer('Dense', { units: 4, activation: 'relu' }),
      layer('Reshape', { target_shape: [-1] }),
      ...head,
    ],
  },
  dropout: {
    steps: [
      layer('Dropout', { rate: 0.1 }),
      conv(4),
      layer('SpatialDropout2D', { rate: 0.2 }),
      layer('Dropout', { rate: 0.3, noise_shape: [null, 1, 1, null] }),
      ...head,
    ],
  },
  'a residual network': {
    steps: [
      conv(4, { use_bias: false }),
      norm(),
      layer('ReLU', {}, { name: 'start' }),
      conv(4, { use_bias: false }),
      norm(),
      relu,
      conv(4, { use_bias: false }),
      layer('BatchNormalization', {}, { name: 'block_1' }),
      layer('Add', {}, { name: 'sum_1', from: ['block_1', 'start'] }),
      layer('ReLU', {}, { name: 'end_1' }),
      conv(6, { strides: [2, 2] }),
      norm(),
      relu,
      conv(6, {}, { name: 'block_2' }),
      conv(6, { kernel_size: [1, 1], strides: [2, 2] }, { name: 'shortcut', from: ['end_1'] }),
      layer('Add', {}, { from: ['shortcut', 'block_2'] }),
      relu,
      'GlobalAveragePooling2D',
      ...head.slice(1),
    ],
  },
  'color images': {
    inputShape: [8, 8, 3],
    steps: [
      conv(4, { padding: 'valid', use_bias: false }),
      layer('MaxPooling2D', { pool_size: [2, 2] }),
      norm(),
      relu,
      ...head,
    ],
  },
  'flat color images': {
    inputShape: [8, 8, 3],
    steps: ['Flatten', layer('Dense', { units: 5, activation: 'relu' }), ...head.slice(1)],
  },
  'color images beside their features': {
    inputShape: [8, 8, 3],
    steps: [
      layer('Rescaling', { scale: 2, offset: -1 }, { name: 'scaled' }),
      layer('DepthwiseConv2D', { kernel_size: [3, 3], padding: 'same' }, { name: 'features' }),
      layer('Concatenate', {}, { from: ['images', 'features', 'scaled'] }),
      layer('GlobalAveragePooling2D'),
      ...head.slice(1),
    ],
  },
  branches: {
    steps: [
      conv(3, { activation: 'relu' }, { name: 'left' }),
      layer('AveragePooling2D', average, { name: 'right', from: ['images'] }),
      layer('Concatenate', {}, { name: 'joined', from: ['right', 'left', 'images'] }),
      conv(2, {}, { name: 'more' }),
      layer('Softmax', {}, { name: 'soft', from: ['left'] }),
      layer('MaxPooling2D', { pool_size: [2, 2] }, { name: 'small', from: ['more'] }),
      layer('Concatenate', { axis: 3 }, { name: 'wide', from: ['soft', 'more'] }),
      layer('Concatenate', { axis: 1 }, { name: 'tall', from: ['joined', 'wide'] }),
      layer('Flatten', {}, { name: 'flat_1', from: ['tall'] }),
      layer('Flatten', {}, { name: 'flat_2', from: ['small'] }),
      layer('Concatenate', {}, { from: ['flat_1', 'flat_2', 'flat_1'] }),
      ...head.slice(1),
    ],
  },
  'shared layers': {
    steps: [
      conv(4, { activation: 'relu' }, { name: 'first' }),
      conv(4, {}, { name: 'shared' }),
      layer('BatchNormalization', {}, { name: 'normal' }),
      layer('ReLU', {}, { name: 'one' }),
      { again: 'shared', name: 'shared again' },
      { again: 'normal', name: 'normal again' },
      layer('Add', {}, { name: 'sum', from: ['one', 'normal again', 'first'] }),
      { again: 'shared', name: 'third', from: ['sum'] },
      ...head,
    ],
  },
  'a softmax as a layer': {
    steps: ['Flatten', layer('Dense', { units: networkClasses }, { name: 'logits' }), 'Softmax'],
  },
  'names of nested models': {
    steps: [
      conv(3, {}, { name: 'block/conv' }),
      conv(3, {}, { name: 'block_conv' }),
      layer('Add', {}, { name: 'block/add', from: ['block/conv', 'block_conv'] }),
      ...head,
    ],
  },
};

/** Of the images that one of `sampleNetworks` takes. */
export const networkImageShape = (name: string) => imageShapeOf(describeNetwork(name).inputShape.map(Number));

/** The description of one of `sampleNetworks`. */
export function describeNetwork(name: string): KerasGraph {
  const { inputShape = [8, 8, 1], steps } = sampleNetworks[name]!;
  const layers: KerasLayer[] = [];
  const calls: KerasCall[] = [];
  const callOf = new Map([['images', modelInput]]);
  const layerOf = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    const call = typeof step === 'string' ? { layer: step } : step;
    const callName = call.name ?? `layer_${index}`;
    const inputs = call.from?.map((from) => callOf.get(from)!) ?? [calls.length - 1];
    let position: number;
    if ('again' in call) {
      position = layerOf.get(call.again)!;
    } else {
      const config = { name: callName, ...call.config };
      position = layers.push(readLayer(call.layer, config, 'It')) - 1;
      layerOf.set(callName, position);
    }
    callOf.set(callName, calls.push({ layer: position, inputs }) - 1);
  }
  return { name: 'sample', inputShape, layers, calls, members: layers.map(memberOf) };
}

/** With weights that the caller sets. */
export function buildNetwork(name: string): LayersModel {
  return assemble(describeNetwork(name), `The network ${name}`);
}
