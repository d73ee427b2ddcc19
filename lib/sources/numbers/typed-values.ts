import type { ValueType } from '../../contracts/slices';

export type TypedValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<ValueType, unknown>;

export const bytesOfType = (type: ValueType): number => arrays[type].BYTES_PER_ELEMENT;

const isMachineBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The numbers in `bytes`, whose order may be changed in place. */
export function toTypedValues(bytes: Uint8Array, type: ValueType, isBigEndian: boolean): TypedValues {
  const itemBytes = bytesOfType(type);
  const aligned = bytes.byteOffset % itemBytes === 0 ? bytes : Uint8Array.from(bytes);
  if (isBigEndian !== isMachineBigEndian) swap(aligned, itemBytes);
  return new arrays[type](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / itemBytes);
}

function swap(bytes: Uint8Array, itemBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (itemBytes === 2) buffer.swap16();
  if (itemBytes === 4) buffer.swap32();
  if (itemBytes === 8) buffer.swap64();
}
