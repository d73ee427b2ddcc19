import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { describeModel } from '../../lib/export/exportable-model';
import { assemble } from '../../lib/model/assemble';
import { assertExportable } from '../../lib/model/exportable';
import { memberOf, modelInput } from '../../lib/model/keras-graph';
import { readLayer } from '../../lib/model/keras-layers';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { adam } from '../support/sample-models';

beforeAll(useWasmBackend);

const dense = (settings: object = {}) => layers.dense({ name: 'digits', units: 3, ...settings });

function build(last: ReturnType<typeof dense> | ReturnType<typeof layers.elu>): LayersModel {
  return sequential({ name: 'given', layers: [layers.flatten({ inputShape: [2, 2] }), last] });
}

const chain = (...steps: readonly [string, object][]) => {
  const network = steps.map(([className, config], index) =>
    readLayer(className, { name: `layer_${index}`, ...config }, 'It'),
  );
  return assemble(
    {
      name: 'given',
      inputShape: [4, 4, 2],
      layers: network,
      calls: network.map((_, layer) => ({ layer, inputs: [layer - 1] })),
      members: network.map(memberOf),
    },
    'It',
  );
};

test.each<[string, () => LayersModel, RegExp]>([
  [
    'a class of no other format',
    () => build(layers.elu({ name: 'elu' })),
    /The layer "elu" of the model "given" has the class ELU, which cannot be trained and exported\. Allowed: Activation, Add,/,
  ],
  [
    'another activation',
    () => build(dense({ activation: 'hardSigmoid' })),
    /The layer "digits" .* has the activation hard_sigmoid, which cannot be trained and exported\. Allowed: linear, relu,/,
  ],
  [
    'an input of any size',
    () => sequential({ name: 'given', layers: [layers.dense({ units: 3, inputShape: [null, 4] })] }),
    /The model "given" has inputs of any size \(\?×4\), which is not exported/,
  ],
  [
    'batch normalization over rows',
    () => chain(['BatchNormalization', { axis: 1 }]),
    /"layer_0" .* has the axis 1, which cannot be trained and exported\. Allowed: -1, the last axis/,
  ],
  [
    'a depthwise convolution with two strides',
    () => chain(['DepthwiseConv2D', { kernel_size: 2, strides: [1, 2] }]),
    /"layer_0" .* has the strides 1 and 2, .* Allowed: one stride for both directions/,
  ],
  [
    'a dilated depthwise convolution',
    () => chain(['DepthwiseConv2D', { kernel_size: 2, dilation_rate: 2 }]),
    /"layer_0" .* has the dilation rate 2 and 2, .* Allowed: a rate of 1\./,
  ],
  [
    'a dilated convolution',
    () => chain(['Conv2D', { filters: 2, kernel_size: 2, dilation_rate: [1, 2] }]),
    /"layer_0" .* has the dilation rate 1 and 2, .* Allowed: a rate of 1\./,
  ],
  [
    'a rectifier with two settings',
    () => chain(['ReLU', { max_value: 6, negative_slope: 0.1 }]),
    /"layer_0" .* has max_value 6 and negative_slope 0\.1, .* Allowed: one of them/,
  ],
  [
    'a softmax over rows',
    () => chain(['Softmax', { axis: 1 }]),
    /"layer_0" .* has the axis 1, .* Allowed: -1, the last axis/,
  ],
])('%s is refused', async (_, make, message) => {
  const model = make();
  await expect(describeModel(model, adam)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
  model.dispose();
});

test.each([
  ['Add', {}, /"both" .* has inputs of the shapes 4×4×2 and 4×4×1, .* Allowed: inputs of one shape/],
  ['Concatenate', { axis: 0 }, /"both" .* has the axis 0, that of the batch, .* Allowed: another axis/],
])('%s of inputs that cannot be merged is refused', (className, config, message) => {
  const network = [
    readLayer('Conv2D', { name: 'conv', filters: 1, kernel_size: 1 }, 'It'),
    readLayer(className, { name: 'both', ...config }, 'It'),
  ];
  const graph = {
    name: 'given',
    inputShape: [4, 4, 2],
    layers: network,
    calls: [
      { layer: 0, inputs: [modelInput] },
      { layer: 1, inputs: className === 'Add' ? [modelInput, 0] : [0, 0] },
    ],
    members: network.map(memberOf),
  };
  expect(() => assertExportable(graph, 'The model "given"')).toThrow(
    expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(message) }),
  );
});

test('initializers and their seeds are omitted, since they do not affect the trained model', async () => {
  const model = build(dense({ kernelInitializer: 'ones' }));
  const { layers: described } = await describeModel(model, adam);
  model.dispose();
  expect(described.map(({ layer }) => layer)).toEqual([
    { class_name: 'Flatten', config: { name: expect.any(String), trainable: true } },
    {
      class_name: 'Dense',
      config: {
        name: 'digits',
        trainable: true,
        units: 3,
        activation: 'linear',
        use_bias: true,
        kernel_regularizer: null,
      },
    },
  ]);
  expect(described[1]!.weights).toEqual([
    { name: 'kernel', shape: [4, 3], values: new Float32Array(12).fill(1) },
    { name: 'bias', shape: [3], values: new Float32Array(3) },
  ]);
});
