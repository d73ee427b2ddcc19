import { type Feed, type GraphBinding, GraphSession } from '../tensorflow/graph-session';
import type { Batch } from './batches';
import { maskPosition } from './graph-ops';
import type { MlpLayers } from './mlp-layers';
import { adamDefaults, type SessionSettings, type TrainingSession } from './training-engine';
import { TrainingGraph, type Variable } from './training-graph';
import {
  type BatchTotals,
  type EpochTotals,
  type ParameterValues,
  type TrainingState,
  zeroTotals,
} from './training-state';

/** A training in native TensorFlow: every training step is one run of one graph. */
export class NativeSession implements TrainingSession {
  readonly #graph: TrainingGraph;
  readonly #session: GraphSession;
  #step: number;

  constructor(
    binding: GraphBinding,
    layers: MlpLayers,
    state: Pick<TrainingState, 'step' | 'parameters' | 'totals'>,
    private readonly settings: SessionSettings,
  ) {
    this.#graph = new TrainingGraph(layers, settings);
    this.#session = new GraphSession(binding, this.#graph.graph);
    this.#step = state.step;
    try {
      this.assign([
        ...this.#graph.parameters.flatMap((variables, index) => pairUp(variables, state.parameters[index]!)),
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
    const { position, learningRate: rate, betaPowers, trained } = this.#graph;
    const { beta1, beta2 } = adamDefaults;
    this.#session.run(
      [
        ...this.feedBatch(batch),
        { placeholder: position, values: maskPosition(this.settings.seed, this.#step) },
        { placeholder: rate, values: Float32Array.of(learningRate) },
        { placeholder: betaPowers[0], values: Float32Array.of(beta1 ** this.#step) },
        { placeholder: betaPowers[1], values: Float32Array.of(beta2 ** this.#step) },
      ],
      [trained],
    );
  }

  async evaluate(batch: Batch): Promise<BatchTotals> {
    const { loss, correctCount } = this.#graph.evaluated;
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

  async readParameters(): Promise<ParameterValues[]> {
    return this.#graph.parameters.map((variables) => {
      const [value, firstMoment, secondMoment] = this.read([
        variables.value,
        variables.firstMoment,
        variables.secondMoment,
      ]);
      return { value: value!, firstMoment: firstMoment!, secondMoment: secondMoment! };
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
