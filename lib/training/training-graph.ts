import { Graph, type GraphTensor, type Placeholder } from '../tensorflow/graph';
import type { NodeAttributes } from '../tensorflow/graph-messages';
import { GraphOps } from './graph-ops';
import type { MlpLayers } from './mlp-layers';
import { adamDefaults, type SessionSettings } from './training-engine';
import { parameterShapes } from './training-state';
import { addStep, type BatchScalars, type EpochScalars, TrainingStep } from './training-step';

/** A value that a session keeps from run to run. */
export interface Variable {
  readonly handle: GraphTensor;
  /** Its current value. */
  readonly value: GraphTensor;
  readonly newValue: Placeholder;
  /** Fetch it to set the value to `newValue`. */
  readonly assigned: GraphTensor;
}

export interface ParameterVariables {
  readonly value: Variable;
  readonly firstMoment: Variable;
  readonly secondMoment: Variable;
}

const float: NodeAttributes = { dtype: { type: 'float32' } };

/**
 * Everything that a training computes, as one graph of native TensorFlow: run `trained` for a training step and
 * `evaluated` for a validation batch. Its variables are the parameters, Adam's moments and the totals of an epoch.
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
  readonly learningRate = this.graph.placeholder('float32', []);
  /** Adam's β₁ and β₂ to the power of the training step, counted from 1. */
  readonly betaPowers = [
    this.graph.placeholder('float32', []),
    this.graph.placeholder('float32', []),
  ] as const;

  /** Kernel, bias, kernel, … */
  readonly parameters: readonly ParameterVariables[];
  /** Totals of the current epoch. */
  readonly totals: EpochScalars<Variable>;
  /** Fetch it to run a training step and to add it to the totals. */
  readonly trained: GraphTensor;
  readonly evaluated: BatchScalars<GraphTensor>;

  #variableCount = 0;
  readonly #ops = new GraphOps(this.graph, this.position);

  constructor(layers: MlpLayers, { clipNorm }: Pick<SessionSettings, 'clipNorm'>) {
    this.pixels = this.graph.placeholder('uint8', [-1, layers[0]!.inputs]);
    this.parameters = parameterShapes(layers).map((shape) => ({
      value: this.createVariable(shape),
      firstMoment: this.createVariable(shape),
      secondMoment: this.createVariable(shape),
    }));
    this.totals = {
      loss: this.createVariable([]),
      correctCount: this.createVariable([]),
      finiteStepCount: this.createVariable([]),
    };
    const { labels, count } = this;
    const batch = { images: this.#ops.toImages(this.pixels), labels, count };
    const values = this.parameters.map(({ value }) => value.value);
    const step = new TrainingStep(this.#ops, layers, values);
    this.evaluated = step.evaluate(batch);
    const { gradients, ...scalars } = step.differentiate(batch, clipNorm);
    this.trained = this.graph.endOf([...this.applyAdam(gradients, scalars), ...this.countStep(scalars)]);
  }

  /** In place, and therefore after every operation that reads the old parameters. */
  private applyAdam(gradients: readonly GraphTensor[], scalars: BatchScalars<GraphTensor>): GraphTensor[] {
    const { beta1, beta2, epsilon } = adamDefaults;
    const constants = [beta1, beta2, epsilon].map((value) => this.#ops.scalar(value));
    const attributes: NodeAttributes = {
      T: { type: 'float32' },
      use_locking: { flag: false },
      use_nesterov: { flag: false },
    };
    return this.parameters.map(({ value, firstMoment, secondMoment }, index) => {
      const handles = [value.handle, firstMoment.handle, secondMoment.handle];
      const inputs = [...handles, ...this.betaPowers, this.learningRate, ...constants, gradients[index]!];
      return this.graph.add('ResourceApplyAdam', inputs, attributes, [...gradients, scalars.loss]);
    });
  }

  private countStep(scalars: BatchScalars<GraphTensor>): GraphTensor[] {
    const { loss, correctCount, finiteStepCount } = this.totals;
    const before = {
      loss: loss.value,
      correctCount: correctCount.value,
      finiteStepCount: finiteStepCount.value,
    };
    const after = addStep(this.#ops, before, scalars);
    return [
      this.assign(loss.handle, after.loss),
      this.assign(correctCount.handle, after.correctCount),
      this.assign(finiteStepCount.handle, after.finiteStepCount),
    ];
  }

  private createVariable(shape: readonly number[]): Variable {
    // Variables with equal shared names, also empty ones, are the same variable.
    const shared_name = { text: `variable_${this.#variableCount++}` };
    const handle = this.graph.add('VarHandleOp', [], { ...float, shape: { shape }, shared_name });
    const newValue = this.graph.placeholder('float32', shape);
    return {
      handle,
      value: this.graph.add('ReadVariableOp', [handle], float),
      newValue,
      assigned: this.graph.endOf([this.assign(handle, this.copy(newValue))]),
    };
  }

  /**
   * A fed value may be JavaScript memory: without a copy, the variable would keep it and release it on a thread of
   * TensorFlow, where JavaScript memory must not be accessed.
   */
  private copy(value: GraphTensor): GraphTensor {
    return this.graph.add('DeepCopy', [value], { T: { type: 'float32' } });
  }

  private assign(handle: GraphTensor, value: GraphTensor): GraphTensor {
    return this.graph.add('AssignVariableOp', [handle, value], float);
  }
}
