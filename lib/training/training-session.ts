import {
  add,
  argMax,
  cast,
  dispose,
  div,
  equal,
  keep,
  less,
  maximum,
  mul,
  relu,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { DenseStack } from './dense-stack';
import type { AdamStep, ParameterValues, TrainingKernels } from './training-engine';
import {
  type BatchTotals,
  type EpochTotals,
  noTotals,
  parameterShapes,
  type TrainingState,
} from './training-state';

/** A batch on the JavaScript side. */
export interface Batch {
  readonly count: number;
  /** [count, pixels], row-major, in [0, 1]. */
  readonly images: Float32Array;
  /** [count]. */
  readonly labels: Int32Array;
}

export interface SessionSettings {
  /** Of the dropout masks. */
  readonly seed: number;
  /** The largest norm of all gradients together; 0 for any. */
  readonly clipNorm: number;
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

/** Just below the largest float32: what is not below it is infinite or no number. */
const largestFinite = 3.4e38;

/** A stack of dense layers in training: its parameters, its optimizer, and one step of gradient descent. */
export class TrainingSession<Parameter> {
  /** Kernel, bias, kernel, … */
  readonly #parameters: readonly Parameter[];
  /** Loss, correct answers and finite steps of the epoch under way, on the device. */
  #totals: readonly Scalar[];
  #step: number;

  constructor(
    private readonly kernels: TrainingKernels<Parameter>,
    private readonly stack: DenseStack,
    state: Pick<TrainingState, 'step' | 'parameters' | 'totals'>,
    private readonly settings: SessionSettings,
  ) {
    const shapes = parameterShapes(stack);
    this.#parameters = state.parameters.map((values, index) =>
      kernels.createParameter(values, shapes[index]!),
    );
    this.#totals = toScalars(state.totals);
    this.#step = state.step;
  }

  /** Updates so far. */
  get step(): number {
    return this.#step;
  }

  /** Forward, backward, update. Nothing is read back: totals stay on the device until `readTotals`. */
  train(batch: Batch, learningRate: number): void {
    this.#step += 1;
    tidy(() => {
      const labels = tensor1d(batch.labels, 'int32');
      const tapes = this.forward(toTensor(batch), { isTraining: true });
      const logits = tapes.at(-1)!.output;
      const { losses, gradient } = this.kernels.softmaxCrossEntropy(logits, labels);
      this.addToTotals(this.lossOf(losses, tapes), countCorrect(logits, labels));
      const gradients = this.backward(tapes, mul(gradient, 1 / batch.count));
      this.update(gradients, { ...adamDefaults, learningRate, step: this.#step });
    });
  }

  /** Sums over the batch with dropout off; changes nothing. */
  async evaluate(batch: Batch): Promise<BatchTotals> {
    const totals = tidy(() => {
      const labels = tensor1d(batch.labels, 'int32');
      const tapes = this.forward(toTensor(batch), { isTraining: false });
      const logits = tapes.at(-1)!.output;
      const { losses } = this.kernels.softmaxCrossEntropy(logits, labels);
      return [this.lossOf(losses, tapes), countCorrect(logits, labels)];
    });
    const [loss, correctCount] = await readScalars(totals);
    dispose(totals);
    return { loss: loss!, correctCount: correctCount! };
  }

  /** What the steps since `startEpoch` add up to. */
  async readTotals(): Promise<EpochTotals> {
    const [loss, correctCount, finiteStepCount] = await readScalars(this.#totals);
    return { loss: loss!, correctCount: correctCount!, finiteStepCount: finiteStepCount! };
  }

  startEpoch(): void {
    dispose([...this.#totals]);
    this.#totals = toScalars(noTotals);
  }

  async readParameters(): Promise<ParameterValues[]> {
    const values: ParameterValues[] = [];
    for (const parameter of this.#parameters) values.push(await this.kernels.readValues(parameter));
    return values;
  }

  dispose(): void {
    dispose([...this.#totals]);
    for (const parameter of this.#parameters) this.kernels.release(parameter);
  }

  /** @param images - [batch, pixels]. */
  private forward(images: Tensor2D, { isTraining }: { readonly isTraining: boolean }): LayerTape[] {
    const tapes: LayerTape[] = [];
    let activation: Tensor2D = images;
    for (const [layer, { dropoutRate }] of this.stack.entries()) {
      const mask = isTraining && dropoutRate > 0 ? this.dropoutMask(activation.shape, layer) : undefined;
      const input = mask === undefined ? activation : mul<Tensor2D>(activation, mask);
      const kernel = this.kernels.read(this.#parameters[2 * layer]!) as Tensor2D;
      const bias = this.kernels.read(this.#parameters[2 * layer + 1]!) as Tensor1D;
      const sums = this.kernels.addBias(this.kernels.matMul(input, kernel), bias);
      bias.dispose();
      const output: Tensor2D = layer === this.stack.length - 1 ? sums : relu(sums);
      tapes.push({ input, mask, output, kernel });
      activation = output;
    }
    return tapes;
  }

  /**
   * @param gradient - of the mean loss by the logits, [batch, classes].
   * @returns the gradient of each parameter.
   */
  private backward(tapes: readonly LayerTape[], gradient: Tensor2D): Tensor[] {
    const gradients: Tensor[] = [];
    let upstream = gradient;
    for (let layer = tapes.length - 1; layer >= 0; layer -= 1) {
      const { input, mask, kernel } = tapes[layer]!;
      const { l2 } = this.stack[layer]!;
      const byKernel = this.kernels.matMul(input, upstream, true, false);
      gradients.unshift(
        l2 === 0 ? byKernel : add(byKernel, mul(kernel, 2 * l2)),
        this.kernels.biasGradient(upstream),
      );
      if (layer > 0) {
        const byInput = this.kernels.matMul(upstream, kernel, false, true);
        const byOutput = mask === undefined ? byInput : mul<Tensor2D>(byInput, mask);
        upstream = this.kernels.reluGradient(byOutput, tapes[layer - 1]!.output);
      }
      kernel.dispose();
    }
    return gradients;
  }

  private update(gradients: readonly Tensor[], adam: AdamStep): void {
    const { clipNorm } = this.settings;
    const clipped = clipNorm === 0 ? gradients : clipByGlobalNorm(gradients, clipNorm);
    for (const [index, parameter] of this.#parameters.entries()) {
      this.kernels.applyAdam(parameter, clipped[index]!, adam);
    }
  }

  private dropoutMask(shape: readonly [number, number], layer: number): Tensor2D {
    const seed = { seed: this.settings.seed, step: this.#step, layer };
    return this.kernels.dropoutMask(shape, this.stack[layer]!.dropoutRate, seed);
  }

  private addToTotals(loss: Scalar, correctCount: Scalar): void {
    const [lossBefore, correctBefore, finiteBefore] = this.#totals;
    const lossTotal = add<Scalar>(lossBefore!, loss);
    const finite = cast<Scalar>(less(lossTotal, largestFinite), 'float32');
    const totals = [lossTotal, add<Scalar>(correctBefore!, correctCount), add<Scalar>(finiteBefore!, finite)];
    for (const total of totals) keep(total);
    dispose([...this.#totals]);
    this.#totals = totals;
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

/** All gradients scaled by one factor, so that their norm together is `limit` at most; Pascanu et al., arXiv:1211.5063. */
function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => sum<Scalar>(square(gradient)));
  const norm = sqrt(squares.reduce((total, each) => add(total, each)));
  const factor = div(limit, maximum(norm, limit));
  return gradients.map((gradient) => mul(gradient, factor));
}

function toScalars({ loss, correctCount, finiteStepCount }: EpochTotals): Scalar[] {
  return [loss, correctCount, finiteStepCount].map((value) => keep(scalar(value)));
}

async function readScalars(scalars: readonly Scalar[]): Promise<number[]> {
  return Promise.all(scalars.map(async (each) => (await each.data())[0]!));
}
