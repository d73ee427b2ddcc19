import type { Tensor } from '@tensorflow/tfjs-core';
import type { GraphBinding } from './graph-binding';
import { dataTypes, type NodeAttribute, type NodeAttributes } from './graph-messages';

/** An attribute of an operation, as the kernels of tfjs-node pass it. */
export interface EagerAttribute {
  readonly name: string;
  /** One of the binding's `TF_ATTR_` numbers. */
  readonly type: number;
  readonly value: unknown;
}

/** A tensor that native TensorFlow holds. */
export interface EagerTensor {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
}

/** The part of tfjs-node's binding that computes an operation immediately. */
export interface EagerBinding extends GraphBinding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  executeOp(
    operation: string,
    attributes: readonly EagerAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): EagerTensor[];
}

/** The part of tfjs-node's backend through which all its kernels call the binding. */
export interface EagerBackend {
  /** Replaced while a graph is recorded. */
  binding: EagerBinding;
  /** Tensors that exist only in JavaScript are first copied to TensorFlow. */
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  executeMultipleOutputs(
    operation: string,
    attributes: readonly EagerAttribute[],
    inputs: readonly Tensor[],
    outputCount: number,
  ): Tensor[];
}

/** Attributes as the binding takes them. */
export function toEagerAttributes(attributes: NodeAttributes, binding: EagerBinding): EagerAttribute[] {
  const convert = (attribute: NodeAttribute): Omit<EagerAttribute, 'name'> => {
    if ('integer' in attribute) return { type: binding.TF_ATTR_INT, value: attribute.integer };
    if ('integers' in attribute) return { type: binding.TF_ATTR_INT, value: attribute.integers };
    if ('float' in attribute) return { type: binding.TF_ATTR_FLOAT, value: attribute.float };
    if ('type' in attribute) return { type: binding.TF_ATTR_TYPE, value: dataTypes[attribute.type] };
    if ('shape' in attribute) return { type: binding.TF_ATTR_SHAPE, value: attribute.shape };
    if ('flag' in attribute) return { type: binding.TF_ATTR_BOOL, value: attribute.flag };
    if ('text' in attribute) return { type: binding.TF_ATTR_STRING, value: attribute.text };
    throw new Error('A constant is no attribute of an operation that is computed immediately');
  };
  return Object.entries(attributes).map(([name, attribute]) => ({ name, ...convert(attribute) }));
}
