import type { OnnxAttribute } from '../model/layers/onnx-graph';
import { bytes, concatenate, float, integer, message, text } from '../protobuf/messages';

/**
 * The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that a network of layers
 * needs. The numbers of fields and enums are those in that file.
 */
type Bytes = Uint8Array;

function encodeAttribute(name: string, attribute: OnnxAttribute): Bytes {
  const type = (value: number) => integer(20, value);
  if ('float' in attribute) return message(5, text(1, name), float(2, attribute.float), type(1));
  if ('int' in attribute) return message(5, text(1, name), integer(3, attribute.int), type(2));
  if ('text' in attribute) return message(5, text(1, name), text(4, attribute.text), type(3));
  return message(5, text(1, name), ...attribute.ints.map((value) => integer(8, value)), type(7));
}

/** A field of GraphProto; the name of the node is that of its output. */
export function encodeNode(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, OnnxAttribute>>,
): Bytes {
  return message(
    1,
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, operator),
    ...Object.entries(attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
  );
}

const elementType = { float32: 1, int64: 7 } as const;

/** A field of GraphProto: a constant. */
export function encodeTensor(
  name: string,
  shape: readonly number[],
  values: Float32Array | BigInt64Array,
): Bytes {
  return message(
    5,
    ...shape.map((size) => integer(1, size)),
    integer(2, values.BYTES_PER_ELEMENT === 4 ? elementType.float32 : elementType.int64),
    text(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
}

const graphField = { input: 11, output: 12 } as const;

/** A field of GraphProto: a float32 array whose first dimension is the open batch. */
export function encodeValueInfo(
  side: keyof typeof graphField,
  name: string,
  shape: readonly number[],
): Bytes {
  const batch = message(1, text(2, 'batch'));
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  const tensorType = message(1, integer(1, elementType.float32), message(2, batch, ...dimensions));
  return message(graphField[side], text(1, name), message(2, tensorType));
}

export interface OnnxModelFacts {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  /** Free text. */
  readonly description: string;
  /** Machine-readable names and values: `custom_metadata_map` in ONNX Runtime. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** ModelProto. */
export function encodeModel(
  graphName: string,
  graphParts: readonly Bytes[],
  { irVersion, opset, producer, description, metadata }: OnnxModelFacts,
): Bytes {
  return concatenate([
    integer(1, irVersion),
    text(2, producer),
    text(6, description),
    message(7, ...graphParts, text(2, graphName)),
    message(8, text(1, ''), integer(2, opset)),
    ...Object.entries(metadata).map(([name, value]) => message(14, text(1, name), text(2, value))),
  ]);
}
