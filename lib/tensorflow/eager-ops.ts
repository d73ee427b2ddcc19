import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** TensorFlow's C API numbers, as the binding exports them. */
interface AttributeTypes {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_STRING: number;
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** The part of tfjs-node's backend that runs any TensorFlow operation by its name. */
export interface EagerBackend {
  readonly binding: AttributeTypes;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(op: string, attributes: readonly Attribute[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
    outputCount: number,
  ): Tensor[];
}

type DataType = 'float32' | 'int32' | 'bool';

/** Attributes by name; what a value stands for is said by its key, since JavaScript has one kind of number. */
export interface OpAttributes {
  readonly types?: Readonly<Record<string, DataType>>;
  readonly flags?: Readonly<Record<string, boolean>>;
  readonly strings?: Readonly<Record<string, string>>;
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

/** Runs TensorFlow operations eagerly; https://www.tensorflow.org/api_docs/python/tf/raw_ops names them all. */
export class EagerOps {
  constructor(private readonly backend: EagerBackend) {}

  /** For an operation with one output. */
  run(op: string, inputs: readonly TensorInfo[], attributes: readonly Attribute[]): Tensor {
    return this.backend.executeSingleOutput(op, attributes, inputs);
  }

  /** For an operation with any other number of outputs, none included. */
  runAll(
    op: string,
    inputs: readonly TensorInfo[],
    attributes: readonly Attribute[],
    outputCount: number,
  ): Tensor[] {
    return this.backend.executeMultipleOutputs(op, attributes, inputs, outputCount);
  }

  /** Build an operation's attributes once and keep them: a step runs some seventy operations. */
  attributes({ types = {}, flags = {}, strings = {}, shapes = {} }: OpAttributes): readonly Attribute[] {
    const { binding } = this.backend;
    const typeNumbers = { float32: binding.TF_FLOAT, int32: binding.TF_INT32, bool: binding.TF_BOOL };
    const each = <Value, Stored extends Attribute['value']>(
      values: Readonly<Record<string, Value>>,
      type: number,
      store: (value: Value) => Stored,
    ): Attribute[] => Object.entries(values).map(([name, value]) => ({ name, type, value: store(value) }));
    return [
      ...each(types, binding.TF_ATTR_TYPE, (type) => typeNumbers[type]),
      ...each(flags, binding.TF_ATTR_BOOL, (flag) => flag),
      ...each(strings, binding.TF_ATTR_STRING, (text) => text),
      ...each(shapes, binding.TF_ATTR_SHAPE, (shape) => shape),
    ];
  }
}
