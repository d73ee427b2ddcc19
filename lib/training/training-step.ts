import type { MlpLayers } from './mlp-layers';
import type { TensorOps } from './tensor-ops';

export interface BatchTensors<T> {
  /** [batch, pixels], in [0, 1]. */
  readonly images: T;
  /** int32, [batch]. */
  readonly labels: T;
  /** Scalar: the size of the batch. */
  readonly count: T;
}

/** Scalars, each a sum over the images of a batch. */
export interface BatchScalars<T> {
  readonly loss: T;
  readonly correctCount: T;
}

/** Scalars, each a sum over the steps of an epoch. */
export interface EpochScalars<T> extends BatchScalars<T> {
  readonly finiteStepCount: T;
}

/** Values of a layer's forward pass that the backward pass needs. */
interface LayerTape<T> {
  /** [batch, inputs], after dropout. */
  readonly input: T;
  readonly mask: T | undefined;
  /** [batch, units], after relu; logits for the last layer. */
  readonly output: T;
  readonly kernel: T;
}

/** Just below the largest float32: a value that is not below it is infinite or NaN. */
const largestFinite = 3.4e38;

/** Loss and gradients of a network, written once for all engines. It changes no state. */
export class TrainingStep<T> {
  /** @param parameters - kernel, bias, kernel, … */
  constructor(
    private readonly ops: TensorOps<T>,
    private readonly layers: MlpLayers,
    private readonly parameters: readonly T[],
  ) {}

  /** The logits, [batch, classes], without dropout. */
  predict(images: T): T {
    return this.forward(images, { isTraining: false }).at(-1)!.output;
  }

  /** Without dropout. */
  evaluate(batch: BatchTensors<T>): BatchScalars<T> {
    const tapes = this.forward(batch.images, { isTraining: false });
    const { losses } = this.ops.softmaxCrossEntropy(tapes.at(-1)!.output, batch.labels);
    return this.toScalars(losses, tapes, batch);
  }

  /**
   * Forward and backward.
   *
   * @param clipNorm - maximum norm of all gradients together; 0 for no limit.
   * @returns the gradient of the mean loss for each parameter.
   */
  differentiate(
    batch: BatchTensors<T>,
    clipNorm: number,
  ): BatchScalars<T> & { readonly gradients: readonly T[] } {
    const tapes = this.forward(batch.images, { isTraining: true });
    const { losses, gradient } = this.ops.softmaxCrossEntropy(tapes.at(-1)!.output, batch.labels);
    const gradients = this.backward(tapes, this.ops.divide(gradient, batch.count));
    return {
      ...this.toScalars(losses, tapes, batch),
      gradients: clipNorm === 0 ? gradients : clipByGlobalNorm(this.ops, gradients, clipNorm),
    };
  }

  private forward(images: T, { isTraining }: { readonly isTraining: boolean }): LayerTape<T>[] {
    const { ops } = this;
    const tapes: LayerTape<T>[] = [];
    let activation = images;
    for (const [layer, { dropoutRate }] of this.layers.entries()) {
      const [kernel, bias] = [this.parameters[2 * layer]!, this.parameters[2 * layer + 1]!];
      const mask =
        isTraining && dropoutRate > 0 ? ops.dropoutMask(activation, dropoutRate, layer) : undefined;
      const input = mask === undefined ? activation : ops.multiply(activation, mask);
      const sums = ops.addBias(ops.matMul(input, kernel), bias);
      const output = layer === this.layers.length - 1 ? sums : ops.relu(sums);
      tapes.push({ input, mask, output, kernel });
      activation = output;
    }
    return tapes;
  }

  /** @param gradient - of the mean loss by the logits, [batch, classes]. */
  private backward(tapes: readonly LayerTape<T>[], gradient: T): T[] {
    const { ops } = this;
    const gradients: T[] = [];
    let upstream = gradient;
    for (let layer = tapes.length - 1; layer >= 0; layer -= 1) {
      const { input, mask, kernel } = tapes[layer]!;
      const { l2 } = this.layers[layer]!;
      const byKernel = ops.matMul(input, upstream, { a: true });
      const decay = l2 === 0 ? undefined : ops.multiply(kernel, ops.scalar(2 * l2));
      gradients.unshift(
        decay === undefined ? byKernel : ops.add(byKernel, decay),
        ops.biasGradient(upstream),
      );
      if (layer === 0) break;
      const byInput = ops.matMul(upstream, kernel, { b: true });
      const byOutput = mask === undefined ? byInput : ops.multiply(byInput, mask);
      upstream = ops.reluGradient(byOutput, tapes[layer - 1]!.output);
    }
    return gradients;
  }

  /** Each image's loss contains the whole regularization term, so that the mean equals Keras' loss. */
  private toScalars(
    losses: T,
    tapes: readonly LayerTape<T>[],
    { labels, count }: BatchTensors<T>,
  ): BatchScalars<T> {
    const { ops } = this;
    let loss = ops.sum(losses);
    for (const [layer, { l2 }] of this.layers.entries()) {
      if (l2 === 0) continue;
      const penalty = ops.multiply(ops.sum(ops.square(tapes[layer]!.kernel)), ops.scalar(l2));
      loss = ops.add(loss, ops.multiply(penalty, count));
    }
    return { loss, correctCount: ops.countCorrect(tapes.at(-1)!.output, labels) };
  }
}

/** After a loss that was not finite, no training step counts as finite. */
export function addStep<T>(
  ops: TensorOps<T>,
  totals: EpochScalars<T>,
  step: BatchScalars<T>,
): EpochScalars<T> {
  const loss = ops.add(totals.loss, step.loss);
  return {
    loss,
    correctCount: ops.add(totals.correctCount, step.correctCount),
    finiteStepCount: ops.add(totals.finiteStepCount, ops.isLess(loss, ops.scalar(largestFinite))),
  };
}

/** All gradients scaled by one factor, so that their common norm is at most `limit`; Pascanu et al., arXiv:1211.5063. */
function clipByGlobalNorm<T>(ops: TensorOps<T>, gradients: readonly T[], limit: number): T[] {
  const squares = gradients.map((gradient) => ops.sum(ops.square(gradient)));
  const norm = ops.squareRoot(squares.reduce((total, each) => ops.add(total, each)));
  const factor = ops.divide(ops.scalar(limit), ops.maximum(norm, ops.scalar(limit)));
  return gradients.map((gradient) => ops.multiply(gradient, factor));
}
