import {
  type Constant,
  type DataType,
  encodeNode,
  encodeSavedModel,
  type NodeAttributes,
} from './graph-messages';

/** An output of a node. */
export interface GraphTensor {
  /** As TensorFlow writes it: the node's name, or `name:1` for its second output. */
  readonly name: string;
}

/** Types that have a typed array in JavaScript and that the binding accepts. */
export type FeedType = Extract<DataType, 'float32' | 'int32' | 'uint8'>;

/** An input of a graph. */
export interface Placeholder extends GraphTensor {
  readonly type: FeedType;
  /** -1 for a size that is open. */
  readonly shape: readonly number[];
}

/**
 * A graph of TensorFlow operations, built node by node; nothing is computed until a session runs it.
 * https://www.tensorflow.org/api_docs/python/tf/raw_ops names all operations with their inputs and attributes.
 */
export class Graph {
  readonly #nodes: Uint8Array[] = [];

  /** Adds a node and returns its first output. */
  add(
    operation: string,
    inputs: readonly GraphTensor[],
    attributes: NodeAttributes,
    after: readonly GraphTensor[] = [],
  ): GraphTensor {
    const name = `${operation}_${this.#nodes.length}`;
    // A control dependency is on the whole node.
    const controls = new Set(after.map((each) => `^${each.name.split(':')[0]}`));
    this.#nodes.push(
      encodeNode(operation, name, [...inputs.map((input) => input.name), ...controls], attributes),
    );
    return { name };
  }

  placeholder(type: FeedType, shape: readonly number[]): Placeholder {
    const { name } = this.add('Placeholder', [], { dtype: { type }, shape: { shape } });
    return { name, type, shape };
  }

  constant(constant: Constant, after: readonly GraphTensor[] = []): GraphTensor {
    return this.add('Const', [], { dtype: { type: constant.type }, value: { constant } }, after);
  }

  /** A tensor to fetch in order to run these nodes. */
  endOf(tensors: readonly GraphTensor[]): GraphTensor {
    return this.constant({ type: 'int32', shape: [], values: [0] }, tensors);
  }

  toSavedModel(modelTag: string): Uint8Array {
    return encodeSavedModel(this.#nodes, modelTag);
  }
}

/** Another output of the same node. */
export function outputOf({ name }: GraphTensor, index: number): GraphTensor {
  return { name: `${name}:${index}` };
}
