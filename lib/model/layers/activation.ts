import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, type Limit, sameInAll } from './layer-kind';
import type { OnnxGraph, OnnxTensor } from './onnx-graph';
import { OperationLayer } from './operation-layer';

/** Activations of TensorFlow.js, by Keras' name. They can be a setting of a layer. */
const nativeActivations = {
  linear: 'linear',
  relu: 'relu',
  softmax: 'softmax',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  elu: 'elu',
  selu: 'selu',
  gelu: 'gelu',
  swish: 'swish',
  softplus: 'softplus',
  softsign: 'softsign',
  relu6: 'relu6',
  mish: 'mish',
  // The function of Keras 2: max(0, min(1, 0.2 x + 0.5)).
  hard_sigmoid: 'hardSigmoid',
} as const;

/** Activations that TensorFlow.js does not have. */
const operations = {
  exponential: (x: tf.Tensor) => tf.exp(x),
  hard_sigmoid_of_keras_3: hardSigmoid,
  hard_silu: (x: tf.Tensor) => tf.mul(x, hardSigmoid(x)),
  log_softmax: (x: tf.Tensor) => tf.logSoftmax(x),
  log_sigmoid: (x: tf.Tensor) => tf.neg(tf.softplus(tf.neg(x))),
} as const;

/** relu6(x + 3) / 6. */
function hardSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6);
}

type NativeActivation = keyof typeof nativeActivations;
type Operation = keyof typeof operations;
const namesOf = <Name extends string>(table: Record<Name, unknown>) =>
  Object.keys(table) as [Name, ...Name[]];

/** As a setting of another layer; `null` is `linear`. */
export const activationSetting = z.preprocess(
  (value) => value ?? 'linear',
  z.enum(namesOf<NativeActivation>(nativeActivations)),
);
export type ActivationName = NativeActivation | Operation;
export const activationNames: readonly ActivationName[] = [
  ...namesOf<NativeActivation>(nativeActivations),
  ...namesOf<Operation>(operations),
];

/** @returns its name in TensorFlow.js. */
export function tfjsActivation(name: NativeActivation) {
  return nativeActivations[name];
}

export function isNativeActivation(name: string): boolean {
  return Object.hasOwn(nativeActivations, name);
}

type Conversion = (graph: OnnxGraph, x: OnnxTensor) => OnnxTensor;
const operator =
  (name: string): Conversion =>
  (graph, x) =>
    graph.apply(name, [x]);

/** Those of every format. Keras 2 and 3 have two functions of the name `hard_sigmoid`. */
const onnxConversions = {
  linear: (_, x) => x,
  relu: operator('Relu'),
  softmax: convertSoftmax,
  sigmoid: operator('Sigmoid'),
  tanh: operator('Tanh'),
  elu: operator('Elu'),
  selu: operator('Selu'),
  // x / 2 · (1 + erf(x / √2)); ONNX has it as an operator from opset 20 on.
  gelu: (graph, x) => {
    const erf = graph.apply('Erf', [graph.apply('Mul', [x, graph.number(Math.SQRT1_2)])]);
    const product = graph.apply('Mul', [x, graph.apply('Add', [erf, graph.number(1)])]);
    return graph.apply('Mul', [product, graph.number(0.5)]);
  },
  swish: (graph, x) => graph.apply('Mul', [x, graph.apply('Sigmoid', [x])]),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  relu6: (graph, x) => graph.apply('Clip', [x, graph.number(0), graph.number(6)]),
  mish: (graph, x) => graph.apply('Mul', [x, graph.apply('Tanh', [graph.apply('Softplus', [x])])]),
} satisfies Partial<Record<NativeActivation, Conversion>>;

/** Over the channels. */
export function convertSoftmax(graph: OnnxGraph, x: OnnxTensor): OnnxTensor {
  return graph.apply('Softmax', [x], { axis: { int: x.hasChannelsFirst ? 1 : -1 } });
}

type ExportedActivation = keyof typeof onnxConversions;

function isExported(name: ActivationName): name is ExportedActivation {
  return Object.hasOwn(onnxConversions, name);
}

/** @param name - one that `limitActivation` accepts. */
export function convertActivation(graph: OnnxGraph, x: OnnxTensor, name: ActivationName): OnnxTensor {
  return onnxConversions[name as ExportedActivation](graph, x);
}

export function limitActivation({ activation: name }: { activation: ActivationName }): Limit | undefined {
  if (isExported(name)) return undefined;
  return {
    received: `the activation ${name}`,
    allowed: namesOf<ExportedActivation>(onnxConversions).join(', '),
  };
}

export const activation = defineLayer({
  kept: { activation: z.enum(activationNames) },
  build: ({ activation: name }, common) =>
    isOperation(name)
      ? new OperationLayer(common, { compute: ([x]) => operations[name](x!) })
      : layers.activation({ ...common, activation: tfjsActivation(name) }),
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [x] }) => convertActivation(graph, x, config.activation),
    limit: limitActivation,
  },
});

function isOperation(name: ActivationName): name is Operation {
  return Object.hasOwn(operations, name);
}
