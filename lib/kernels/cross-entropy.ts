import {
  add,
  cast,
  engine,
  exp,
  logSoftmax,
  mul,
  neg,
  oneHot,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { isNative, isOnGpu, runNative } from './native-operation';

/** The loss of each image, and its gradient by the logits. */
export interface CrossEntropy {
  /** In nats, [batch]. */
  readonly losses: Tensor;
  /** [batch, classes]. */
  readonly gradient: Tensor;
}

/**
 * Softmax cross-entropy. Neither output can be differentiated again.
 *
 * @param labels - int32, [batch].
 * @param smoothing - label smoothing: the target of the label is 1 - smoothing + smoothing / classes, that of every other
 *   class smoothing / classes; Szegedy et al., arXiv:1512.00567, and Keras' `label_smoothing`.
 */
export function softmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D, smoothing: number): CrossEntropy {
  if (hasFixedOrder() && smoothing === 0) {
    const types = { T: { type: 'float32' }, Tlabels: { type: 'int32' } } as const;
    return toCrossEntropy(
      runNative(engine().backend, 'SparseSoftmaxCrossEntropyWithLogits', [logits, labels], types, 2),
    );
  }
  const targets = smoothedTargets(labels, logits.shape[1], smoothing);
  if (hasFixedOrder()) {
    const type = { T: { type: 'float32' } } as const;
    return toCrossEntropy(
      runNative(engine().backend, 'SoftmaxCrossEntropyWithLogits', [logits, targets], type, 2),
    );
  }
  const logProbabilities = logSoftmax(logits);
  return {
    losses: neg(sum(mul(logProbabilities, targets), 1)),
    gradient: sub(exp(logProbabilities), targets),
  };
}

/**
 * Whether native TensorFlow's operation for it adds up in the same order every time. On a GPU it does not, and refuses to
 * run with TF_DETERMINISTIC_OPS.
 */
const hasFixedOrder = () => isNative() && !isOnGpu();

function toCrossEntropy([losses, gradient]: readonly Tensor[]): CrossEntropy {
  return { losses: losses!, gradient: gradient! };
}

/** [batch, classes]; each row sums to 1. */
function smoothedTargets(labels: Tensor1D, classes: number, smoothing: number): Tensor {
  const truth = cast(oneHot(labels, classes), 'float32');
  return smoothing === 0 ? truth : add(mul(truth, 1 - smoothing), smoothing / classes);
}
