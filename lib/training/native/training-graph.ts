import { scalar, type Tensor, type Tensor1D, zeros } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RandomMasks } from '../../model/layers/dropout';
import type { EagerBackend } from '../../tensorflow/eager-binding';
import { Graph, type GraphTensor, type Placeholder } from '../../tensorflow/graph';
import { noLocking, type Optimizer } from '../optimizers/optimizer';
import type { SessionSettings } from '../training-engine';
import type { StateLayout } from '../training-state';
import { addStep, type BatchTensors, differentiate, type EpochScalars, evaluate } from '../training-step';
import { GraphVariables, type Variable } from './graph-variables';
import { ModelRecorder } from './model-recorder';
import { NativeMasks } from './native-masks';

/** The variables of a weight, by the names of its tensors in the state. */
export type WeightVariables = Readonly<Record<string, Variable>>;

export interface EpochVariables {
  readonly loss: Variable;
  readonly correctCount: Variable;
  readonly finiteStepCount: Variable;
}

/** Fetch them to evaluate a batch. */
export interface EvaluationNodes {
  readonly loss: GraphTensor;
  readonly correctCount: GraphTensor;
}

/**
 * Everything that a training computes, as one graph of native TensorFlow. The training step and the evaluation of a batch
 * are recorded from TensorFlow.js, once for each size of batch; variables, masks and updates are added here.
 */
export class TrainingGraph {
  readonly graph = new Graph();
  /** uint8, [batch, pixels]. */
  readonly pixels: Placeholder;
  /** int32, [batch]. */
  readonly labels = this.graph.placeholder('int32', [-1]);
  /** The size of the batch. */
  readonly count = this.graph.placeholder('float32', []);
  /** `maskPosition` of the training step. */
  readonly position = this.graph.placeholder('int32', [2]);
  /** What the optimizer computes from the training step. */
  readonly rates: readonly Placeholder[];
  /** How far averages move to the weights in this training step. */
  readonly averageRate = this.graph.placeholder('float32', []);

  /** In the order of the model's weights. */
  readonly weights: readonly WeightVariables[];
  /** Totals of the current epoch. */
  readonly totals: EpochVariables;
  /** By size of batch: fetch it to run a training step and to add it to the totals. */
  readonly trained: ReadonlyMap<number, GraphTensor>;
  /** By size of batch. */
  readonly evaluated: ReadonlyMap<number, EvaluationNodes>;

  readonly #variables = new GraphVariables(this.graph);
  readonly #masks = new NativeMasks(this.graph, this.position);
  readonly #recorder: ModelRecorder;

  /** @param model - its values of weights are not used; its moving statistics change. */
  constructor(
    backend: EagerBackend,
    private readonly model: LayersModel,
    layout: StateLayout,
    private readonly optimizer: Optimizer,
    private readonly settings: SessionSettings,
  ) {
    this.#recorder = new ModelRecorder(backend, this.graph, model);
    this.pixels = this.#recorder.pixels;
    this.rates = optimizer.rates(1, 1).map(() => this.graph.placeholder('float32', []));
    this.weights = layout.map(({ shape, tensors }) =>
      Object.fromEntries(tensors.map((name) => [name, this.#variables.create(shape)])),
    );
    this.totals = {
      loss: this.#variables.create([]),
      correctCount: this.#variables.create([]),
      finiteStepCount: this.#variables.create([]),
    };
    const { training, evaluation } = settings.batchSizes;
    this.trained = new Map(
      training.map((size) => [size, this.#recorder.record(() => this.addTraining(size))]),
    );
    this.evaluated = new Map(
      evaluation.map((size) => [size, this.#recorder.record(() => this.addEvaluation(size))]),
    );
  }

  private addTraining(size: number): GraphTensor {
    const batch = this.bindBatch(size);
    this.bindWeights('value');
    const before = this.bindTotals();
    const { gradients, ...sums } = differentiate(this.model, batch, this.bindMasks(), this.settings);
    const nodes = gradients.map((gradient) => this.#recorder.nodeOf(gradient));
    const after = addStep(before, sums);
    const read = [...nodes, this.#recorder.nodeOf(sums.loss)];
    const end = this.graph.endOf([
      ...this.updateWeights(nodes, read),
      ...Object.keys(after).map((key) => {
        const name = key as keyof EpochVariables;
        return this.#variables.assign(this.totals[name].handle, this.#recorder.nodeOf(after[name]));
      }),
    ]);
    sums.loss.dispose();
    sums.correctCount.dispose();
    return end;
  }

  private addEvaluation(size: number): EvaluationNodes {
    const batch = this.bindBatch(size);
    this.bindWeights('average');
    const { loss, correctCount } = evaluate(this.model, batch, this.settings);
    return { loss: this.#recorder.nodeOf(loss), correctCount: this.#recorder.nodeOf(correctCount) };
  }

  /** In place, and therefore after every operation that reads the old values. */
  private updateWeights(gradients: readonly GraphTensor[], read: readonly GraphTensor[]): GraphTensor[] {
    const weights = this.model.weights.map((weight) => weight.read());
    return this.weights.flatMap((variables, index) => {
      const gradient = gradients[index];
      const updated =
        gradient === undefined
          ? this.moveStatistic(variables, this.#recorder.nodeOf(weights[index]!), read)
          : this.optimizer.addUpdate(this.graph, variables, gradient, this.rates, read);
      return [updated, ...this.updateAverage(variables, updated)];
    });
  }

  private moveStatistic({ value }: WeightVariables, next: GraphTensor, read: readonly GraphTensor[]) {
    return this.#variables.assign(value!.handle, next, read);
  }

  /** average - rate · (average - value). */
  private updateAverage({ value, average }: WeightVariables, updated: GraphTensor): GraphTensor[] {
    if (average === undefined) return [];
    const next = this.#variables.read(value!.handle, [updated]);
    const distance = this.graph.add('Sub', [average.value, next], { T: { type: 'float32' } });
    const inputs = [average.handle, this.averageRate, distance];
    return [this.graph.add('ResourceApplyGradientDescent', inputs, noLocking)];
  }

  private bindBatch(size: number): BatchTensors {
    const labels = zeros([size], 'int32') as Tensor1D;
    const count = scalar(size);
    this.#recorder.bind(labels, this.labels);
    this.#recorder.bind(count, this.count);
    return { images: this.#recorder.images(size), labels, count };
  }

  private bindMasks(): RandomMasks {
    let index = 0;
    return {
      draw: (shape: readonly number[], rate: number): Tensor => {
        const mask = this.#masks.add(shape, rate, index);
        index += 1;
        return this.#recorder.standIn(shape, mask);
      },
    };
  }

  /** @param tensor - the one that is computed with, if the layout has it. */
  private bindWeights(tensor: 'value' | 'average'): void {
    this.#recorder.bindWeights(
      this.weights.map((variables) => (variables[tensor] ?? variables['value']!).value),
    );
  }

  private bindTotals(): EpochScalars {
    const bind = ({ value }: Variable) => {
      const total = scalar(0);
      this.#recorder.bind(total, value);
      return total;
    };
    const { loss, correctCount, finiteStepCount } = this.totals;
    return {
      loss: bind(loss),
      correctCount: bind(correctCount),
      finiteStepCount: bind(finiteStepCount),
    };
  }
}
