import {
  add,
  argMax,
  cast,
  dispose,
  equal,
  keep,
  mul,
  relu,
  type Scalar,
  scalar,
  square,
  sum,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { DenseStack, LayerWeights } from './dense-stack';
import type { AdamStep, TrainingKernels } from './training-engine';

/** A batch on the JavaScript side. */
export interface Batch {
  readonly count: number;
  /** [count, pixels], row-major, in [0, 1]. */
  readonly images: Float32Array;
  /** [count]. */
  readonly labels: Int32Array;
}

export interface SessionSettings {
  readonly learningRate: number;
  readonly seed: number;
}

/** Sums over images, so that means over batches of different sizes come out right. */
export interface BatchTotals {
  /** Cross-entropy in nats plus the regularisation term, summed over images. */
  readonly loss: number;
  readonly correctCount: number;
}

interface LayerParameters<Parameter> {
  readonly kernel: Parameter;
  readonly bias: Parameter;
}

/** What the backward pass needs of a layer's forward pass. */
interface LayerTape {
  /** [batch, inputs], after dropout. */
  readonly input: Tensor2D;
  readonly mask: Tensor2D | undefined;
  /** [batch, units], after relu; logits for the last layer. */
  readonly output: Tensor2D;
  readonly kernel: Tensor2D;
}

/** Keras' defaults for Adam. */
const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** A stack of dense layers in training: its parameters, its optimizer, and one step of gradient descent. */
export class TrainingSession<Parameter> {
  readonly #layers: LayerParameters<Parameter>[];
  #lossTotal: Scalar = keep(scalar(0));
  #correctTotal: Scalar = keep(scalar(0));
  #stepCount = 0;

  constructor(
    private readonly kernels: TrainingKernels<Parameter>,
    private readonly stack: DenseStack,
    weights: readonly LayerWeights[],
    private readonly settings: SessionSettings,
  ) {
    this.#layers = stack.map(({ inputs, units }, layer) => ({
      kernel: kernels.createParameter(weights[layer]!.kernel, [inputs, units]),
      bias: kernels.createParameter(weights[layer]!.bias, [units]),
    }));
  }

  /** Forward, backward, update. Nothing is read back: totals stay on the device until `takeTotals`. */
  step(batch: Batch): void {
    this.#stepCount += 1;
    const adam = { ...adamDefaults, learningRate: this.settings.learningRate, step: this.#stepCount };
    tidy(() => {
      const labels = tensor1d(batch.labels, 'int32');
      const tapes = this.forward(toTensor(batch), { isTraining: true });
      const logits = tapes.at(-1)!.output;
      const { losses, gradient } = this.kernels.softmaxCrossEntropy(logits, labels);
      this.addToTotals(losses, logits, labels, tapes);
      this.backward(tapes, mul(gradient, 1 / batch.count), adam);
    });
  }

  /** Sums over the batch with dropout off; changes nothing. */
  async evaluate(batch: Batch): Promise<BatchTotals> {
    const totals = tidy(() => {
      const labels = tensor1d(batch.labels, 'int32');
      const tapes = this.forward(toTensor(batch), { isTraining: false });
      const logits = tapes.at(-1)!.output;
      const { losses } = this.kernels.softmaxCrossEntropy(logits, labels);
      return [this.lossOf(losses, tapes), countCorrect(logits, labels)] as const;
    });
    return readTotals(totals);
  }

  /** What the steps since the last call add up to. */
  async takeTotals(): Promise<BatchTotals> {
    const totals = await readTotals([this.#lossTotal, this.#correctTotal]);
    this.#lossTotal = keep(scalar(0));
    this.#correctTotal = keep(scalar(0));
    return totals;
  }

  async readWeights(): Promise<LayerWeights[]> {
    const weights: LayerWeights[] = [];
    for (const { kernel, bias } of this.#layers) {
      weights.push({
        kernel: await this.kernels.readValues(kernel),
        bias: await this.kernels.readValues(bias),
      });
    }
    return weights;
  }

  dispose(): void {
    dispose([this.#lossTotal, this.#correctTotal]);
    for (const { kernel, bias } of this.#layers) {
      this.kernels.release(kernel);
      this.kernels.release(bias);
    }
  }

  /** @param images - [batch, pixels]. */
  private forward(images: Tensor2D, { isTraining }: { readonly isTraining: boolean }): LayerTape[] {
    const tapes: LayerTape[] = [];
    let activation: Tensor2D = images;
    for (const [layer, { dropoutRate }] of this.stack.entries()) {
      const mask = isTraining && dropoutRate > 0 ? this.dropoutMask(activation.shape, layer) : undefined;
      const input = mask === undefined ? activation : mul<Tensor2D>(activation, mask);
      const kernel = this.kernels.read(this.#layers[layer]!.kernel) as Tensor2D;
      const bias = this.kernels.read(this.#layers[layer]!.bias) as Tensor1D;
      const sums = this.kernels.addBias(this.kernels.matMul(input, kernel), bias);
      bias.dispose();
      const output: Tensor2D = layer === this.stack.length - 1 ? sums : relu(sums);
      tapes.push({ input, mask, output, kernel });
      activation = output;
    }
    return tapes;
  }

  /** @param gradient - of the mean loss by the logits, [batch, classes]. */
  private backward(tapes: readonly LayerTape[], gradient: Tensor2D, adam: AdamStep): void {
    let upstream = gradient;
    for (let layer = tapes.length - 1; layer >= 0; layer -= 1) {
      const { input, mask, kernel } = tapes[layer]!;
      const kernelGradient = this.withPenaltyGradient(
        this.kernels.matMul(input, upstream, true, false),
        kernel,
        layer,
      );
      const biasGradient = this.kernels.biasGradient(upstream);
      if (layer > 0) {
        const byInput = this.kernels.matMul(upstream, kernel, false, true);
        const byOutput = mask === undefined ? byInput : mul<Tensor2D>(byInput, mask);
        upstream = this.kernels.reluGradient(byOutput, tapes[layer - 1]!.output);
      }
      kernel.dispose();
      this.kernels.applyAdam(this.#layers[layer]!.kernel, kernelGradient, adam);
      this.kernels.applyAdam(this.#layers[layer]!.bias, biasGradient, adam);
    }
  }

  private dropoutMask(shape: readonly [number, number], layer: number): Tensor2D {
    const seed = { seed: this.settings.seed, step: this.#stepCount, layer };
    return this.kernels.dropoutMask(shape, this.stack[layer]!.dropoutRate, seed);
  }

  private withPenaltyGradient(gradient: Tensor2D, kernel: Tensor2D, layer: number): Tensor2D {
    const { l2 } = this.stack[layer]!;
    return l2 === 0 ? gradient : add(gradient, mul(kernel, 2 * l2));
  }

  private addToTotals(
    losses: Tensor1D,
    logits: Tensor2D,
    labels: Tensor1D,
    tapes: readonly LayerTape[],
  ): void {
    const lossTotal = keep<Scalar>(add(this.#lossTotal, this.lossOf(losses, tapes)));
    const correctTotal = keep<Scalar>(add(this.#correctTotal, countCorrect(logits, labels)));
    dispose([this.#lossTotal, this.#correctTotal]);
    this.#lossTotal = lossTotal;
    this.#correctTotal = correctTotal;
  }

  /** Summed over images; each carries the whole regularisation term, as in Keras' mean. */
  private lossOf(losses: Tensor1D, tapes: readonly LayerTape[]): Scalar {
    let total: Scalar = sum(losses);
    for (const [layer, { l2 }] of this.stack.entries()) {
      if (l2 > 0) total = add(total, mul(sum(square(tapes[layer]!.kernel)), l2 * losses.size));
    }
    return total;
  }
}

function toTensor({ images, count }: Batch): Tensor2D {
  return tensor2d(images, [count, images.length / count]);
}

function countCorrect(logits: Tensor2D, labels: Tensor1D): Scalar {
  return sum(cast(equal(argMax(logits, 1), labels), 'float32'));
}

/** Reads and disposes both. */
async function readTotals([loss, correct]: readonly [Scalar, Scalar]): Promise<BatchTotals> {
  const [[lossSum], [correctCount]] = await Promise.all([loss.data(), correct.data()]);
  dispose([loss, correct]);
  return { loss: lossSum!, correctCount: correctCount! };
}
