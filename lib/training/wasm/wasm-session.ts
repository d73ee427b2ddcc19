import {
  dispose,
  keep,
  mul,
  scalar,
  sub,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from '../../dataset/image-source';
import { normalizePixels } from '../../dataset/pixels';
import { createOptimizer } from '../optimizers/create-optimizer';
import type { Optimizer } from '../optimizers/optimizer';
import type { SessionSettings, TrainingSession } from '../training-engine';
import {
  averageRate,
  type BatchTotals,
  type EpochTotals,
  type TrainingState,
  type WeightState,
  zeroTotals,
} from '../training-state';
import { addStep, type BatchTensors, differentiate, type EpochScalars, evaluate } from '../training-step';
import { WasmMasks } from './wasm-masks';

/** Kept tensors, replaced at every update. The `value` is the model's own. */
type WeightTensors = Readonly<Record<string, Tensor>>;

/** A training on TensorFlow.js' WASM backend: every training step runs operation by operation. */
export class WasmSession implements TrainingSession {
  /** In the order of the model's weights, without their values. */
  #slots: WeightTensors[];
  #totals: EpochScalars;
  #step: number;
  readonly #optimizer: Optimizer;

  constructor(
    private readonly model: LayersModel,
    state: Pick<TrainingState, 'step' | 'weights' | 'totals'>,
    private readonly settings: SessionSettings,
  ) {
    this.#optimizer = createOptimizer(settings);
    this.#step = state.step;
    this.#totals = toTensors(state.totals);
    this.#slots = state.weights.map(({ value, ...slots }, index) => {
      const variable = this.variable(index);
      const toTensor = (values: Float32Array) => tensor(values, variable.shape);
      tidy(() => variable.assign(toTensor(value!)));
      return keepAll(
        Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, toTensor(values)])),
      );
    });
  }

  get step(): number {
    return this.#step;
  }

  train(batch: Batch, learningRate: number): void {
    this.#step += 1;
    const { seed } = this.settings;
    const before: EpochScalars = this.#totals;
    tidy(() => {
      const masks = new WasmMasks({ seed, step: this.#step });
      const { gradients, ...sums } = differentiate(
        this.model,
        this.toTensorBatch(batch),
        masks,
        this.settings,
      );
      this.#totals = keepAll(addStep(before, sums));
      disposeAll([sums]);
      const rates = this.#optimizer.rates(this.#step, learningRate);
      for (const [index, gradient] of gradients.entries()) this.update(index, gradient, rates);
      this.updateAverages();
    });
    disposeAll([before]);
  }

  async evaluate(batch: Batch): Promise<BatchTotals> {
    const totals = tidy(() =>
      this.withAverages(() => ({ ...evaluate(this.model, this.toTensorBatch(batch), this.settings) })),
    );
    const loss = await readScalar(totals.loss);
    const correctCount = await readScalar(totals.correctCount);
    disposeAll([totals]);
    return { loss, correctCount };
  }

  async readTotals(): Promise<EpochTotals> {
    const { loss, correctCount, finiteStepCount } = this.#totals;
    return {
      loss: await readScalar(loss),
      correctCount: await readScalar(correctCount),
      finiteStepCount: await readScalar(finiteStepCount),
    };
  }

  startEpoch(): void {
    disposeAll([this.#totals]);
    this.#totals = toTensors(zeroTotals);
  }

  async readWeights(): Promise<WeightState[]> {
    const weights: WeightState[] = [];
    for (const [index, slots] of this.#slots.entries()) {
      const values: Record<string, Float32Array> = {};
      for (const [name, each] of Object.entries<Tensor>({ value: this.variable(index), ...slots }))
        values[name] = await each.data<'float32'>();
      weights.push(values);
    }
    return weights;
  }

  dispose(): void {
    disposeAll([this.#totals, ...this.#slots]);
  }

  private variable(index: number): Variable {
    return this.model.weights[index]!.read() as Variable;
  }

  private update(index: number, gradient: Tensor, rates: readonly number[]): void {
    const variable = this.variable(index);
    const { average, ...slots } = this.#slots[index]!;
    const { value, ...next } = this.#optimizer.update({ value: variable, ...slots }, gradient, rates);
    variable.assign(value!);
    this.#slots[index] = { ...keepAll(next), ...(average && { average }) };
    disposeAll([slots]);
  }

  /** average - rate · (average - value). */
  private updateAverages(): void {
    const rate = averageRate(this.#step, this.settings.emaDecay);
    for (const [index, { average, ...slots }] of this.#slots.entries()) {
      if (average === undefined) continue;
      const next = keep(sub(average, mul(sub(average, this.variable(index)), rate)));
      average.dispose();
      this.#slots[index] = { ...slots, average: next };
    }
  }

  /** The model has its averaged weights meanwhile, if there are any. */
  private withAverages<Result>(work: () => Result): Result {
    const averaged = this.#slots.flatMap(({ average }, index) => (average ? [{ index, average }] : []));
    const values = averaged.map(({ index }) => this.variable(index).clone());
    for (const { index, average } of averaged) this.variable(index).assign(average);
    try {
      return work();
    } finally {
      for (const [position, { index }] of averaged.entries()) this.variable(index).assign(values[position]!);
    }
  }

  private toTensorBatch({ pixels, labels, count }: Batch): BatchTensors {
    const [, ...inputShape] = this.model.inputs[0]!.shape as number[];
    return {
      images: tensor(normalizePixels(pixels), [count, ...inputShape]),
      labels: tensor1d(labels, 'int32'),
      count: scalar(count),
    };
  }
}

function keepAll<Tensors extends object>(tensors: Tensors): Tensors {
  for (const each of Object.values<Tensor>({ ...tensors } as Record<string, Tensor>)) keep(each);
  return tensors;
}

function disposeAll(groups: readonly object[]): void {
  for (const group of groups) dispose({ ...group });
}

function toTensors({ loss, correctCount, finiteStepCount }: EpochTotals): EpochScalars {
  return keepAll({
    loss: scalar(loss),
    correctCount: scalar(correctCount),
    finiteStepCount: scalar(finiteStepCount),
  });
}

async function readScalar(each: Tensor): Promise<number> {
  return (await each.data())[0]!;
}
