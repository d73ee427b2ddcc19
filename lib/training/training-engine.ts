import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Environment } from '../contracts/results';

/** Something that can run the training loop on this machine. One loop, any number of engines. */
export interface TrainingEngine<Parameter = unknown> {
  /** Goes to training.json and run.json as it is. */
  readonly environment: Environment;
  readonly kernels: TrainingKernels<Parameter>;
}

/** Adam's settings with the power of its step already taken; Kingma and Ba, arXiv:1412.6980, section 2. */
export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Updates so far, this one included; from 1. */
  readonly step: number;
}

/**
 * The operations in which engines differ; everything else in a training step is a TensorFlow.js op. All float32.
 * Results belong to the caller's `tidy`.
 */
export interface TrainingKernels<Parameter> {
  /** A trainable tensor. It outlives every `tidy`, until `release`. */
  createParameter(values: ParameterValues, shape: readonly number[]): Parameter;
  release(parameter: Parameter): void;
  /** Its present value. Dispose it before `applyAdam`, which then updates in place instead of copying. */
  read(parameter: Parameter): Tensor;
  readValues(parameter: Parameter): Promise<ParameterValues>;
  applyAdam(parameter: Parameter, gradient: Tensor, adam: AdamStep): void;

  /** a·b; either operand can be taken transposed. */
  matMul(a: Tensor2D, b: Tensor2D, transposeA?: boolean, transposeB?: boolean): Tensor2D;
  /** [batch, units] + [units]. */
  addBias(x: Tensor2D, bias: Tensor1D): Tensor2D;
  /** [units]: the sum over the batch. */
  biasGradient(gradient: Tensor2D): Tensor1D;
  /** `gradient` where relu's `output` is positive, 0 elsewhere. */
  reluGradient(gradient: Tensor2D, output: Tensor2D): Tensor2D;
  /** 0 with probability `rate`, else 1 / (1 - rate); the same for the same seed. */
  dropoutMask(shape: readonly [number, number], rate: number, seed: DropoutSeed): Tensor2D;
  /**
   * Of each image, the cross-entropy in nats, [batch], and its gradient by the logits, [batch, classes].
   *
   * @param labels - int32.
   */
  softmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): { losses: Tensor1D; gradient: Tensor2D };
}

/** A trainable tensor with Adam's two moments, each row-major and of the same size. */
export interface ParameterValues {
  readonly value: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Names one dropout mask of a run. */
export interface DropoutSeed {
  readonly seed: number;
  /** Updates so far, this one included; from 1. */
  readonly step: number;
  readonly layer: number;
}
