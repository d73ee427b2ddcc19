/**
 * The operations that a training step is made of. `T` is a tensor (float32, but for labels), where an engine computes each operation at
 * once, or a node of a graph, where the engine only writes down what each step will compute.
 */
export interface TensorOps<T> {
  scalar(value: number): T;
  add(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  maximum(a: T, b: T): T;
  square(x: T): T;
  squareRoot(x: T): T;
  /** 1 where a < b, 0 elsewhere; 0 where either is no number. */
  isLess(a: T, b: T): T;
  /** Over all elements. */
  sum(x: T): T;
  /** a·b of two matrices; either can be taken transposed. */
  matMul(a: T, b: T, transpose?: { readonly a?: boolean; readonly b?: boolean }): T;
  /** [batch, units] + [units]. */
  addBias(x: T, bias: T): T;
  /** [units]: the sum over the batch. */
  biasGradient(gradient: T): T;
  relu(x: T): T;
  /** `gradient` where relu's `output` is positive, 0 elsewhere. */
  reluGradient(gradient: T, output: T): T;
  /**
   * As x is shaped, [batch, units]: 0 with probability `rate`, to 2⁻¹⁶ at least, else 1 / (1 - rate). The same for the
   * same run's seed, step and layer.
   */
  dropoutMask(x: T, rate: number, layer: number): T;
  /**
   * Of each image, the cross-entropy in nats, [batch], and its gradient by the logits, [batch, classes].
   *
   * @param labels - int32, [batch].
   */
  softmaxCrossEntropy(logits: T, labels: T): { losses: T; gradient: T };
  /** How many of the batch have their largest logit at their label. */
  countCorrect(logits: T, labels: T): T;
}
