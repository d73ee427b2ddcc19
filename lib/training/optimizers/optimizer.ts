import type { Tensor } from '@tensorflow/tfjs-core';
import type { Graph, GraphTensor } from '../../tensorflow/graph';

/** A trained weight as an optimizer sees it: its `value`, and the optimizer's own tensors by the names of its slots. */
export type Slots<T> = Readonly<Record<string, T>>;

/** How a gradient changes a weight: once in operations of TensorFlow.js, once as an operation of native TensorFlow. */
export interface Optimizer {
  /** Tensors that the optimizer keeps for each trained weight, of the weight's shape; at first 0. */
  readonly slots: readonly string[];
  /** The numbers of a training step, counted from 1. */
  readonly rates: (step: number, learningRate: number) => readonly number[];
  /** The next `value` and slots. */
  readonly update: (weight: Slots<Tensor>, gradient: Tensor, rates: readonly number[]) => Slots<Tensor>;
  /** Adds the update, which is done in place. @param after - what must have been computed before. */
  readonly addUpdate: (
    graph: Graph,
    weight: Slots<UpdatedVariable>,
    gradient: GraphTensor,
    rates: readonly GraphTensor[],
    after: readonly GraphTensor[],
  ) => GraphTensor;
}

export interface UpdatedVariable {
  readonly handle: GraphTensor;
  /** Its current value. */
  readonly value: GraphTensor;
}

/** Keras' defaults for Adam; Kingma and Ba, arXiv:1412.6980. */
export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

export const noLocking = { T: { type: 'float32' }, use_locking: { flag: false } } as const;

export function floatConstant(graph: Graph, value: number): GraphTensor {
  return graph.constant({ type: 'float32', shape: [], values: [value] });
}
