import {
  add,
  argMax,
  cast,
  div,
  equal,
  exp,
  greater,
  less,
  logSoftmax,
  matMul,
  maximum,
  mul,
  neg,
  oneHot,
  relu,
  type Scalar,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { createRandom, randomStreams } from './seeded-random';
import type { TensorOps } from './tensor-ops';

/** Computes a training step with TensorFlow.js, operation by operation; the caller's `tidy` disposes results. */
export class WasmOps implements TensorOps<Tensor> {
  /** @param position - determines the dropout masks; training steps count from 1. */
  constructor(private readonly position: { readonly seed: number; readonly step: number }) {}

  scalar = (value: number) => scalar(value);
  add = (a: Tensor, b: Tensor) => add(a, b);
  multiply = (a: Tensor, b: Tensor) => mul(a, b);
  divide = (a: Tensor, b: Tensor) => div(a, b);
  maximum = (a: Tensor, b: Tensor) => maximum(a, b);
  square = (x: Tensor) => square(x);
  squareRoot = (x: Tensor) => sqrt(x);
  isLess = (a: Tensor, b: Tensor) => cast(less(a, b), 'float32');
  sum = (x: Tensor) => sum<Scalar>(x);
  matMul = (a: Tensor, b: Tensor, transpose: { a?: boolean; b?: boolean } = {}) =>
    matMul(a, b, transpose.a ?? false, transpose.b ?? false);
  addBias = (x: Tensor, bias: Tensor) => add(x, bias);
  biasGradient = (gradient: Tensor) => sum(gradient, 0);
  relu = (x: Tensor) => relu(x);
  reluGradient = (gradient: Tensor, output: Tensor) => mul(gradient, cast(greater(output, 0), 'float32'));
  countCorrect = (logits: Tensor, labels: Tensor) =>
    sum<Scalar>(cast(equal(argMax(logits, 1), labels), 'float32'));

  dropoutMask(x: Tensor, rate: number, layer: number): Tensor {
    const { seed, step } = this.position;
    const random = createRandom(seed, randomStreams.dropout, step, layer);
    const threshold = rate * 2 ** 32;
    const scale = 1 / (1 - rate);
    const mask = new Float32Array(x.size);
    for (let index = 0; index < mask.length; index += 1) mask[index] = random() < threshold ? 0 : scale;
    return tensor2d(mask, x.shape as [number, number]);
  }

  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { losses: Tensor; gradient: Tensor } {
    const logProbabilities = logSoftmax(logits);
    const truth = cast(oneHot(labels, logits.shape[1]!), 'float32');
    return {
      losses: neg(sum(mul(logProbabilities, truth), 1)),
      gradient: sub(exp(logProbabilities), truth),
    };
  }
}
