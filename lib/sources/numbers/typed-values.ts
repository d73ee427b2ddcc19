import type { ValueType } from '../../contracts/slices';

export type TypedValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Types with an array of their own among `TypedValues`. */
const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The other types become the smallest of these that holds their values. 64-bit integers beyond 2^53 are rounded. */
const converters = {
  uint16: { itemBytes: 2, convert: (buffer) => Int32Array.from(new Uint16Array(buffer)) },
  uint32: { itemBytes: 4, convert: (buffer) => Float64Array.from(new Uint32Array(buffer)) },
  uint64: { itemBytes: 8, convert: (buffer) => Float64Array.from(new BigUint64Array(buffer), Number) },
  int64: { itemBytes: 8, convert: (buffer) => Float64Array.from(new BigInt64Array(buffer), Number) },
  float16: { itemBytes: 2, convert: (buffer) => Float32Array.from(new Uint16Array(buffer), toFloat) },
} as const satisfies Record<
  string,
  { itemBytes: number; convert: (buffer: ArrayBuffer) => Int32Array | Float32Array | Float64Array }
>;

const isConverted = (type: ValueType): type is keyof typeof converters => type in converters;

export const bytesOfType = (type: ValueType): number =>
  isConverted(type) ? converters[type].itemBytes : arrays[type].BYTES_PER_ELEMENT;

const isMachineBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The numbers in `bytes`, whose order may be changed in place. */
export function toTypedValues(bytes: Uint8Array, type: ValueType, isBigEndian: boolean): TypedValues {
  const itemBytes = bytesOfType(type);
  const aligned = bytes.byteOffset % itemBytes === 0 ? bytes : Uint8Array.from(bytes);
  if (isBigEndian !== isMachineBigEndian) swap(aligned, itemBytes);
  const buffer = aligned.buffer as ArrayBuffer;
  const { byteOffset, byteLength } = aligned;
  if (isConverted(type)) return converters[type].convert(buffer.slice(byteOffset, byteOffset + byteLength));
  return new arrays[type](buffer, byteOffset, byteLength / itemBytes);
}

function swap(bytes: Uint8Array, itemBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (itemBytes === 2) buffer.swap16();
  if (itemBytes === 4) buffer.swap32();
  if (itemBytes === 8) buffer.swap64();
}

/** IEEE 754 binary16, from its bits. */
function toFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
