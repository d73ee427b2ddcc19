import {
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
  sequential,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { describeModel } from '../../lib/export/exportable-model';
import { writeOnnx } from '../../lib/export/onnx';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

const dense = (settings: object = {}) => layers.dense({ name: 'digits', units: 3, ...settings });

function build(last: ReturnType<typeof dense> | ReturnType<typeof layers.leakyReLU>): LayersModel {
  return sequential({ name: 'given', layers: [layers.flatten({ inputShape: [2, 2] }), last] });
}

function buildBranched(): LayersModel {
  const images = input({ shape: [4] });
  const left = dense().apply(images) as SymbolicTensor;
  const right = dense({ name: 'right' }).apply(images) as SymbolicTensor;
  const both = layers.add({}).apply([left, right]) as SymbolicTensor;
  return toModel({ inputs: images, outputs: both });
}

test.each<[string, () => LayersModel, RegExp]>([
  [
    'a network that is not a sequence',
    buildBranched,
    /is not a chain of layers for inputs of one size\. Other models cannot be stored/,
  ],
  [
    'a class of no other format',
    () => build(layers.leakyReLU({ name: 'leaky' })),
    /The layer "leaky" of the model "given" has the class "LeakyReLU", which is not exported\. Allowed are/,
  ],
  [
    'another activation',
    () => build(dense({ activation: 'elu' })),
    /The layer "digits" .* has the activation "elu", which is not exported\. Allowed are linear, relu,/,
  ],
])('%s is refused', async (_, make, message) => {
  const model = make();
  await expect(describeModel(model, 0.001)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
  model.dispose();
});

test('initializers and their seeds are omitted, since they do not affect the trained model', async () => {
  const model = build(dense({ kernelInitializer: 'ones' }));
  const { layers: described } = await describeModel(model, 0.001);
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

test.each<[string, () => LayersModel, RegExp]>([
  [
    'a dense layer over images',
    () => sequential({ layers: [layers.dense({ name: 'rows', units: 3, inputShape: [4, 4] })] }),
    /"rows" has an input of 2 dimensions, which is not exported to ONNX\. Allowed is a Flatten before it/,
  ],
  [
    'normalization over rows',
    () =>
      sequential({
        layers: [layers.batchNormalization({ name: 'norm', axis: 1, inputShape: [4, 4, 2] })],
      }),
    /"norm" has axis 1, which is not exported to ONNX\. Allowed is the last axis, -1/,
  ],
  [
    'normalization without a scale',
    () =>
      sequential({
        layers: [layers.batchNormalization({ name: 'norm', scale: false, inputShape: [4, 4, 2] })],
      }),
    /"norm" has no center or no scale, which is not exported to ONNX\. Allowed is a layer with both/,
  ],
  [
    'a reshape with an open size',
    () => sequential({ layers: [layers.reshape({ name: 'rows', targetShape: [-1, 2], inputShape: [4] })] }),
    /"rows" has a target shape with -1, which is not exported to ONNX\. Allowed is one with all its sizes/,
  ],
])('ONNX: %s is refused', async (_, make, message) => {
  const model = make();
  const described = await describeModel(model, 0.001);
  model.dispose();
  await expect(writeOnnx(described)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
});
