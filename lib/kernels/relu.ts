import { cast, engine, greater, mul, registerGradient, type Tensor } from '@tensorflow/tfjs-core';
import { isNative, runNative } from './native-operation';

/**
 * The gradient of relu from its output: one operation on native TensorFlow, where TensorFlow.js has four, and no use of
 * the input, whose memory is free then.
 */
export function installReluGradient(): void {
  registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (gradient, [output]) => ({ x: () => reluGradient(gradient as Tensor, output!) }),
  });
}

function reluGradient(gradient: Tensor, output: Tensor): Tensor {
  if (!isNative()) return mul(gradient, cast(greater(output, 0), 'float32'));
  return runNative(engine().backend, 'ReluGrad', [gradient, output], { T: { type: 'float32' } })[0]!;
}
