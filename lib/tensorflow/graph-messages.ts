import { bytes, concatenate, float, integer, message, text } from '../protobuf/messages';

/**
 * The messages of TensorFlow's graph.proto, node_def.proto, attr_value.proto and saved_model.proto
 * (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/framework and …/protobuf) that a graph needs.
 * The numbers of fields and enums are those in these files.
 */
type Bytes = Uint8Array;

export const dataTypes = { float32: 1, int32: 3, uint8: 4, int16: 5, int64: 9, bool: 10 } as const;
export type DataType = keyof typeof dataTypes;

/** The key is the type of the value, since JavaScript has only one kind of number. A size of -1 in a shape is open. */
export type NodeAttribute =
  | { readonly integer: number }
  | { readonly integers: readonly number[] }
  | { readonly float: number }
  | { readonly type: DataType }
  | { readonly shape: readonly number[] }
  | { readonly flag: boolean }
  | { readonly text: string }
  | { readonly constant: Constant };

const arrayOf = { float32: Float32Array, int32: Int32Array, int16: Int16Array, bool: Uint8Array } as const;
export type ConstantType = keyof typeof arrayOf;
export const isConstantType = (type: DataType): type is ConstantType => Object.hasOwn(arrayOf, type);

export interface Constant {
  readonly type: ConstantType;
  readonly shape: readonly number[];
  /** Row-major; 0 and 1 for bool. */
  readonly values: ArrayLike<number>;
}

export type NodeAttributes = Readonly<Record<string, NodeAttribute>>;

/** A field of GraphDef. An input is the name of a node, `name:1` its second output, and `^name` a control dependency. */
export function encodeNode(
  operation: string,
  name: string,
  inputs: readonly string[],
  attributes: NodeAttributes,
): Bytes {
  return message(
    1,
    text(1, name),
    text(2, operation),
    ...inputs.map((input) => text(3, input)),
    ...Object.entries(attributes).map(([key, value]) => message(5, text(1, key), message(2, encode(value)))),
  );
}

function encode(attribute: NodeAttribute): Bytes {
  if ('integer' in attribute) return integer(3, attribute.integer);
  if ('integers' in attribute) return message(1, ...attribute.integers.map((each) => integer(3, each)));
  if ('float' in attribute) return float(4, attribute.float);
  if ('type' in attribute) return integer(6, dataTypes[attribute.type]);
  if ('shape' in attribute) return message(7, encodeShape(attribute.shape));
  if ('flag' in attribute) return integer(5, attribute.flag ? 1 : 0);
  if ('text' in attribute) return text(2, attribute.text);
  return message(8, encodeTensor(attribute.constant));
}

function encodeShape(sizes: readonly number[]): Bytes {
  return concatenate(sizes.map((size) => message(2, integer(1, size))));
}

function encodeTensor({ type, shape, values }: Constant): Bytes {
  const encoded = arrayOf[type].from(values);
  return concatenate([
    integer(1, dataTypes[type]),
    message(2, encodeShape(shape)),
    bytes(4, new Uint8Array(encoded.buffer)),
  ]);
}

/** The version of TensorFlow's operations that the nodes use: that of TensorFlow 2.9. */
const graphVersion = 1087;

/** SavedModel: the only required file of a saved model. */
export function encodeSavedModel(nodes: readonly Bytes[], modelTag: string): Bytes {
  const info = message(1, text(4, modelTag));
  const graph = message(2, ...nodes, message(4, integer(1, graphVersion)));
  return concatenate([integer(1, 1), message(2, info, graph)]);
}
