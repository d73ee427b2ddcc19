import {
  add,
  dispose,
  div,
  keep,
  mul,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { normalizePixels } from '../dataset/pixels';
import type { Batch } from './batches';
import type { MlpLayers } from './mlp-layers';
import { adamDefaults, type SessionSettings, type TrainingSession } from './training-engine';
import {
  type BatchTotals,
  type EpochTotals,
  type ParameterValues,
  parameterShapes,
  type TrainingState,
  zeroTotals,
} from './training-state';
import {
  addStep,
  type BatchScalars,
  type BatchTensors,
  type EpochScalars,
  TrainingStep,
} from './training-step';
import { WasmOps } from './wasm-ops';

/** Kept tensors, replaced at every update. */
type Parameter = Readonly<Record<keyof ParameterValues, Tensor>>;

/** A training on TensorFlow.js' WASM backend: every training step runs operation by operation. */
export class WasmSession implements TrainingSession {
  /** Kernel, bias, kernel, … */
  #parameters: readonly Parameter[];
  #totals: EpochScalars<Tensor>;
  #step: number;

  constructor(
    private readonly layers: MlpLayers,
    state: Pick<TrainingState, 'step' | 'parameters' | 'totals'>,
    private readonly settings: SessionSettings,
  ) {
    const shapes = parameterShapes(layers);
    this.#parameters = state.parameters.map(({ value, firstMoment, secondMoment }, index) => {
      const shape = [...shapes[index]!];
      return keepAll({
        value: tensor(value, shape),
        firstMoment: tensor(firstMoment, shape),
        secondMoment: tensor(secondMoment, shape),
      });
    });
    this.#totals = toTensors(state.totals);
    this.#step = state.step;
  }

  get step(): number {
    return this.#step;
  }

  train(batch: Batch, learningRate: number): void {
    this.#step += 1;
    const before = [this.#totals, ...this.#parameters];
    tidy(() => {
      const ops = this.createOps();
      const { gradients, ...scalars } = this.createStep(ops).differentiate(
        toTensorBatch(batch),
        this.settings.clipNorm,
      );
      this.#totals = keepAll(addStep(ops, this.#totals, scalars));
      const stepSize = adamStepSize(learningRate, this.#step);
      this.#parameters = this.#parameters.map((parameter, index) =>
        keepAll(applyAdam(parameter, gradients[index]!, stepSize)),
      );
    });
    disposeAll(before);
  }

  async evaluate(batch: Batch): Promise<BatchTotals> {
    const totals = tidy(() => ({ ...this.createStep(this.createOps()).evaluate(toTensorBatch(batch)) }));
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

  async readParameters(): Promise<ParameterValues[]> {
    const values: ParameterValues[] = [];
    for (const { value, firstMoment, secondMoment } of this.#parameters) {
      values.push({
        value: await value.data<'float32'>(),
        firstMoment: await firstMoment.data<'float32'>(),
        secondMoment: await secondMoment.data<'float32'>(),
      });
    }
    return values;
  }

  dispose(): void {
    disposeAll([this.#totals, ...this.#parameters]);
  }

  private createOps(): WasmOps {
    return new WasmOps({ seed: this.settings.seed, step: this.#step });
  }

  private createStep(ops: WasmOps): TrainingStep<Tensor> {
    return new TrainingStep(
      ops,
      this.layers,
      this.#parameters.map(({ value }) => value),
    );
  }
}

function keepAll<Tensors extends Parameter | EpochScalars<Tensor>>(tensors: Tensors): Tensors {
  for (const each of Object.values<Tensor>({ ...tensors })) keep(each);
  return tensors;
}

function disposeAll(groups: readonly (Parameter | BatchScalars<Tensor>)[]): void {
  for (const group of groups) dispose({ ...group });
}

function toTensors({ loss, correctCount, finiteStepCount }: EpochTotals): EpochScalars<Tensor> {
  return keepAll({
    loss: scalar(loss),
    correctCount: scalar(correctCount),
    finiteStepCount: scalar(finiteStepCount),
  });
}

async function readScalar(each: Tensor): Promise<number> {
  return (await each.data())[0]!;
}

function toTensorBatch({ pixels, labels, count }: Batch): BatchTensors<Tensor> {
  return {
    images: tensor2d(normalizePixels(pixels), [count, pixels.length / count]),
    labels: tensor1d(labels, 'int32'),
    count: scalar(count),
  };
}

/** The form at the end of section 2 of the paper, which Keras and TensorFlow use: the step size contains both bias corrections. */
function adamStepSize(learningRate: number, step: number): number {
  const { beta1, beta2 } = adamDefaults;
  return (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
}

function applyAdam(
  { value, firstMoment, secondMoment }: Parameter,
  gradient: Tensor,
  stepSize: number,
): Parameter {
  const { beta1, beta2, epsilon } = adamDefaults;
  const first = add(mul(firstMoment, beta1), mul(gradient, 1 - beta1));
  const second = add(mul(secondMoment, beta2), mul(square(gradient), 1 - beta2));
  const change = div(mul(first, stepSize), add(sqrt(second), epsilon));
  return { value: sub(value, change), firstMoment: first, secondMoment: second };
}
