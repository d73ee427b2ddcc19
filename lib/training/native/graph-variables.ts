import type { Graph, GraphTensor, Placeholder } from '../../tensorflow/graph';
import type { NodeAttributes } from '../../tensorflow/graph-messages';

/** A value that a session keeps from run to run. */
export interface Variable {
  readonly handle: GraphTensor;
  /** Its current value. */
  readonly value: GraphTensor;
  readonly newValue: Placeholder;
  /** Fetch it to set the value to `newValue`. */
  readonly assigned: GraphTensor;
}

const float: NodeAttributes = { dtype: { type: 'float32' } };

/** Creates the float32 variables of a graph. */
export class GraphVariables {
  #count = 0;

  constructor(private readonly graph: Graph) {}

  create(shape: readonly number[]): Variable {
    // Variables with equal shared names, also empty ones, are the same variable.
    const shared_name = { text: `variable_${this.#count++}` };
    const handle = this.graph.add('VarHandleOp', [], { ...float, shape: { shape }, shared_name });
    const newValue = this.graph.placeholder('float32', shape);
    return {
      handle,
      value: this.read(handle),
      newValue,
      assigned: this.graph.endOf([this.assign(handle, this.copy(newValue))]),
    };
  }

  read(handle: GraphTensor, after: readonly GraphTensor[] = []): GraphTensor {
    return this.graph.add('ReadVariableOp', [handle], float, after);
  }

  assign(handle: GraphTensor, value: GraphTensor, after: readonly GraphTensor[] = []): GraphTensor {
    return this.graph.add('AssignVariableOp', [handle, value], float, after);
  }

  /**
   * A fed value may be JavaScript memory: without a copy, the variable would keep it and release it on a thread of
   * TensorFlow, where JavaScript memory must not be accessed.
   */
  private copy(value: GraphTensor): GraphTensor {
    return this.graph.add('DeepCopy', [value], { T: { type: 'float32' } });
  }
}
