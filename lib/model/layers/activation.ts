import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer } from './layer-kind';
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
  leaky_relu: (x: tf.Tensor) => tf.leakyRelu(x, 0.2),
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

export const activation = defineLayer({
  kept: { activation: z.enum(activationNames) },
  build: ({ activation: name }, common) =>
    isOperation(name)
      ? new OperationLayer(common, { compute: ([x]) => operations[name](x!) })
      : layers.activation({ ...common, activation: tfjsActivation(name) }),
});

function isOperation(name: ActivationName): name is Operation {
  return Object.hasOwn(operations, name);
}
