import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from '../../dataset/image-source';
import type { EagerBackend } from '../../tensorflow/eager-binding';
import { type Feed, GraphSession } from '../../tensorflow/graph-session';
import { createOptimizer } from '../optimizers/create-optimizer';
import type { Optimizer } from '../optimizers/optimizer';
import type { SessionSettings, TrainingSession } from '../training-engine';
import {
  averageRate,
  type BatchTotals,
  type EpochTotals,
  layOutState,
  type TrainingState,
  type WeightState,
  weightsOf,
  zeroTotals,
} from '../training-state';
import type { Variable } from './graph-variables';
import { maskPosition } from './native-masks';
import { TrainingGraph } from './training-graph';

/** A training in native TensorFlow: every training step is one run of one graph. */
export class NativeSession implements TrainingSession {
  readonly #graph: TrainingGraph;
  readonly #session: GraphSession;
  readonly #optimizer: Optimizer;
  #step: number;

  constructor(
    backend: EagerBackend,
    model: LayersModel,
    state: Pick<TrainingState, 'step' | 'weights' | 'totals'>,
    private readonly settings: SessionSettings,
  ) {
    this.#optimizer = createOptimizer(settings);
    const layout = layOutState(weightsOf(model), settings);
    this.#graph = new TrainingGraph(backend, model, layout, this.#optimizer, settings);
    this.#session = new GraphSession(backend.binding, this.#graph.graph);
    this.#step = state.step;
    try {
      this.assign([
        ...this.#graph.weights.flatMap((variables, index) => pairUp(variables, state.weights[index]!)),
        ...this.pairTotals(state.totals),
      ]);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get step(): number {
    return this.#step;
  }

  train(batch: Batch, learningRate: number): void {
    this.#step += 1;
    const { seed, emaDecay } = this.settings;
    const { position, rates } = this.#graph;
    const values = this.#optimizer.rates(this.#step, learningRate);
    this.#session.run(
      [
        ...this.feedBatch(batch),
        { placeholder: position, values: maskPosition(seed, this.#step) },
        ...rates.map((placeholder, index) => ({ placeholder, values: Float32Array.of(values[index]!) })),
        { placeholder: this.#graph.averageRate, values: Float32Array.of(averageRate(this.#step, emaDecay)) },
      ],
      [this.#graph.trained.get(batch.count)!],
    );
  }

  async evaluate(batch: Batch): Promise<BatchTotals> {
    const { loss, correctCount } = this.#graph.evaluated.get(batch.count)!;
    const [lossValue, correctValue] = this.#session.run(this.feedBatch(batch), [loss, correctCount]);
    return { loss: lossValue![0]!, correctCount: correctValue![0]! };
  }

  async readTotals(): Promise<EpochTotals> {
    const { loss, correctCount, finiteStepCount } = this.#graph.totals;
    const [lossValue, correctValue, finiteValue] = this.read([loss, correctCount, finiteStepCount]);
    return { loss: lossValue![0]!, correctCount: correctValue![0]!, finiteStepCount: finiteValue![0]! };
  }

  startEpoch(): void {
    this.assign(this.pairTotals(zeroTotals));
  }

  async readWeights(): Promise<WeightState[]> {
    return this.#graph.weights.map((variables) => {
      const names = Object.keys(variables);
      const values = this.read(names.map((name) => variables[name]!));
      return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
    });
  }

  dispose(): void {
    this.#session.dispose();
  }

  private feedBatch({ pixels, labels, count }: Batch): Feed[] {
    return [
      { placeholder: this.#graph.pixels, values: pixels },
      { placeholder: this.#graph.labels, values: labels },
      { placeholder: this.#graph.count, values: Float32Array.of(count) },
    ];
  }

  private read(variables: readonly Variable[]): Float32Array[] {
    const values = this.#session.run(
      [],
      variables.map(({ value }) => value),
    );
    return values as Float32Array[];
  }

  private assign(pairs: readonly (readonly [Variable, Float32Array])[]): void {
    const feeds = pairs.map(([{ newValue }, values]) => ({ placeholder: newValue, values }));
    this.#session.run(
      feeds,
      pairs.map(([{ assigned }]) => assigned),
    );
  }

  private pairTotals({ loss, correctCount, finiteStepCount }: EpochTotals) {
    return pairUp(this.#graph.totals, {
      loss: Float32Array.of(loss),
      correctCount: Float32Array.of(correctCount),
      finiteStepCount: Float32Array.of(finiteStepCount),
    });
  }
}

function pairUp<Key extends string>(
  variables: Readonly<Record<Key, Variable>>,
  values: Readonly<Record<Key, Float32Array>>,
): (readonly [Variable, Float32Array])[] {
  return (Object.keys(variables) as Key[]).map((key) => [variables[key], values[key]] as const);
}
