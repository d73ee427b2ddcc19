/**
 * The operations of a training step. `T` is a tensor (float32, except labels) where an engine computes each operation
 * immediately, or a graph node where the engine records the operations of every training step.
 */
export interface TensorOps<T> {
  scalar(value: number): T;
  add(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  maximum(a: T, b: T): T;
  square(x: T): T;
  squareRoot(x: T): T;
  /** 1 where a < b, 0 elsewhere; 0 where either is NaN. */
  isLess(a: T, b: T): T;
  /** Over all elements. */
  sum(x: T): T;
  /** a·b of two matrices, each optionally transposed. */
  matMul(a: T, b: T, transpose?: { readonly a?: boolean; readonly b?: boolean }): T;
  /** [batch, units] + [units]. */
  addBias(x: T, bias: T): T;
  /** [units]: the sum over the batch. */
  biasGradient(gradient: T): T;
  relu(x: T): T;
  /** `gradient` where relu's `output` is positive, 0 elsewhere. */
  reluGradient(gradient: T, output: T): T;
  /**
   * In the shape of x, [batch, units]: 0 with probability `rate`, rounded to 2⁻¹⁶ or finer, else 1 / (1 - rate). Equal for
   * equal seed, training step and layer.
   */
  dropoutMask(x: T, rate: number, layer: number): T;
  /**
   * The cross-entropy of each image in nats, [batch], and its gradient by the logits, [batch, classes].
   *
   * @param labels - int32, [batch].
   */
  softmaxCrossEntropy(logits: T, labels: T): { losses: T; gradient: T };
  /** Number of images whose largest logit is at their label. */
  countCorrect(logits: T, labels: T): T;
}
