import type { Tensor } from '@tensorflow/tfjs-core';
import { PermanentError } from '../contracts/errors';
import type { EagerAttribute, EagerBackend, EagerBinding, EagerTensor } from './eager-binding';
import { type Graph, type GraphTensor, outputOf } from './graph';
import {
  type DataType,
  dataTypes,
  isConstantType,
  type NodeAttribute,
  type NodeAttributes,
} from './graph-messages';

/** Values in JavaScript that become a constant of the graph if an operation uses them. */
interface JsValues {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** A constant of more different values is data, not a setting of an operation. */
const maxDifferentValues = 64;

/** Types that the kernels of tfjs-node leave to the eager mode: attribute to index of the input that has the type. */
const inferredTypes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ExpandDims: { T: 0 },
};

/** Operations that draw random numbers from a state that no checkpoint has. */
const drawsRandomNumbers = /^(Random|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal)/;

/**
 * Turns the operations of TensorFlow.js into nodes of a graph, as `tf.function` does in TensorFlow. `record` computes its
 * work once, immediately, and every operation that tfjs-node executes meanwhile becomes a node. What JavaScript itself
 * computes is not repeated by the graph: constants, shapes, branches.
 *
 * The shapes are those of the recorded work, so another batch size needs another recording.
 */
export class GraphRecorder {
  readonly #nodes = new Map<number, GraphTensor>();
  readonly #types = new Map<number, DataType>();
  readonly #values = new Map<number, JsValues>();

  /** @param describePlace - what is being computed, for messages: `The layer "dropout_1"`. */
  constructor(
    private readonly backend: EagerBackend,
    private readonly graph: Graph,
    private readonly describePlace: () => string,
  ) {}

  /**
   * Computes the work and adds its operations to the graph.
   *
   * @param work - synchronous.
   * @throws PermanentError InvalidInput for work that draws random numbers, or reads values of tensors in JavaScript: the
   *   graph would repeat the values of the recording in every run.
   */
  record<Result>(work: () => Result): Result {
    const { backend } = this;
    const { binding } = backend;
    backend.binding = this.listenTo(binding);
    try {
      return work();
    } finally {
      backend.binding = binding;
    }
  }

  /** From now on, the tensor stands for this node, whatever its value is. */
  bind(tensor: Tensor, node: GraphTensor): void {
    const id = this.idOf(tensor);
    this.#nodes.set(id, node);
    this.#values.delete(id);
  }

  /** The node that computes the tensor. */
  nodeOf(tensor: Tensor): GraphTensor {
    return this.nodeOfId(this.idOf(tensor));
  }

  private idOf(tensor: Tensor): number {
    return this.backend.getInputTensorIds([tensor])[0]!;
  }

  private listenTo(binding: EagerBinding): EagerBinding {
    const createTensor: EagerBinding['createTensor'] = (shape, type, values) => {
      const id = copyToTensorFlow(binding, shape, type, values);
      this.#types.set(id, this.toType(type));
      this.#values.set(id, { type: this.toType(type), shape: [...shape], values: values.slice() });
      return id;
    };
    const executeOp: EagerBinding['executeOp'] = (operation, attributes, inputIds, outputCount) => {
      const outputs = binding.executeOp(operation, attributes, inputIds, outputCount);
      this.addNode(operation, attributes, inputIds, outputs);
      return outputs;
    };
    const tensorDataSync = () => {
      throw this.refuse('reads values of a tensor in JavaScript');
    };
    return Object.create(binding, {
      createTensor: { value: createTensor },
      executeOp: { value: executeOp },
      tensorDataSync: { value: tensorDataSync },
    });
  }

  private addNode(
    operation: string,
    attributes: readonly EagerAttribute[],
    inputIds: readonly number[],
    outputs: readonly EagerTensor[],
  ): void {
    if (drawsRandomNumbers.test(operation)) throw this.refuse(`draws random numbers (${operation})`);
    const inputs = inputIds.map((id) => this.nodeOfId(id));
    const inferred = Object.entries(inferredTypes[operation] ?? {}).map(
      ([name, input]) => [name, { type: this.#types.get(inputIds[input]!)! }] as const,
    );
    const given = attributes.map((attribute) => [attribute.name, this.toNodeAttribute(attribute)] as const);
    const nodeAttributes: NodeAttributes = Object.fromEntries([...given, ...inferred]);
    const node = this.graph.add(operation, inputs, nodeAttributes);
    for (const [index, { id, dtype }] of outputs.entries()) {
      this.#nodes.set(id, index === 0 ? node : outputOf(node, index));
      this.#types.set(id, this.toType(dtype));
    }
  }

  private nodeOfId(id: number): GraphTensor {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    const node = this.addConstant(id);
    this.#nodes.set(id, node);
    return node;
  }

  private addConstant(id: number): GraphTensor {
    const constant = this.#values.get(id);
    if (constant === undefined) throw this.refuse('uses a tensor that was computed before');
    if (new Set(Array.from(constant.values)).size > maxDifferentValues)
      throw this.refuse(`computes ${constant.values.length} values in JavaScript, such as random numbers`);
    const { type, shape, values } = constant;
    if (!isConstantType(type)) throw this.refuse(`uses a constant of the type ${type}`);
    return this.graph.constant({ type, shape, values });
  }

  private toNodeAttribute({ name, type, value }: EagerAttribute): NodeAttribute {
    const { binding } = this.backend;
    switch (type) {
      case binding.TF_ATTR_INT:
        return Array.isArray(value) ? { integers: value.map(Number) } : { integer: Number(value) };
      case binding.TF_ATTR_FLOAT:
        return { float: value as number };
      case binding.TF_ATTR_BOOL:
        return { flag: Boolean(value) };
      case binding.TF_ATTR_STRING:
        return { text: value as string };
      case binding.TF_ATTR_SHAPE:
        return { shape: value as number[] };
      case binding.TF_ATTR_TYPE:
        return { type: this.toType(value as number) };
      default:
        throw this.refuse(`uses an operation with an attribute "${name}" of an unknown kind`);
    }
  }

  private toType(number: number): DataType {
    const type = typesByNumber.get(number);
    if (type === undefined) throw this.refuse(`uses tensors of TensorFlow's type ${number}`);
    return type;
  }

  private refuse(what: string): PermanentError {
    return new PermanentError(
      'InvalidInput',
      `${this.describePlace()} ${what}. A recorded graph would repeat the values of its recording in every training step, so it cannot be trained on native TensorFlow.`,
    );
  }
}

const typesByNumber = new Map<number, DataType>(
  Object.entries(dataTypes).map(([type, number]) => [number, type as DataType]),
);

/**
 * The binding lends JavaScript's memory to TensorFlow, which may release it on another thread, where JavaScript memory
 * must not be accessed. So TensorFlow gets a copy, and the lent memory is released here.
 */
function copyToTensorFlow(
  binding: EagerBinding,
  ...[shape, type, values]: Parameters<EagerBinding['createTensor']>
): number {
  const lent = binding.createTensor(shape, type, values);
  const [copy] = binding.executeOp(
    'DeepCopy',
    [{ name: 'T', type: binding.TF_ATTR_TYPE, value: type }],
    [lent],
    1,
  );
  binding.deleteTensor(lent);
  return copy!.id;
}
