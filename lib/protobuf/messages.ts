/**
 * Protocol buffers' wire format (https://protobuf.dev/programming-guides/encoding): each function encodes one field
 * of a message, and a message is its fields one after the other.
 */
type Bytes = Uint8Array;

export function concatenate(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** Seven bits a byte, the lowest first; a negative number as its 64-bit two's complement. */
function encodeVarint(value: number | bigint): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const encoded: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    encoded.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(encoded);
}

const wireType = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

function tag(field: number, type: keyof typeof wireType): Bytes {
  return encodeVarint((field << 3) | wireType[type]);
}

/** An int32, int64, bool or enum. */
export function integer(field: number, value: number): Bytes {
  return concatenate([tag(field, 'varint'), encodeVarint(value)]);
}

export function float(field: number, value: number): Bytes {
  const encoded = new Uint8Array(4);
  new DataView(encoded.buffer).setFloat32(0, value, true);
  return concatenate([tag(field, 'fixed32'), encoded]);
}

export function double(field: number, value: number): Bytes {
  const encoded = new Uint8Array(8);
  new DataView(encoded.buffer).setFloat64(0, value, true);
  return concatenate([tag(field, 'fixed64'), encoded]);
}

export function bytes(field: number, value: Bytes): Bytes {
  return concatenate([tag(field, 'lengthDelimited'), encodeVarint(value.length), value]);
}

export function text(field: number, value: string): Bytes {
  return bytes(field, new TextEncoder().encode(value));
}

/** A message as the field of another. */
export function message(field: number, ...fields: readonly Bytes[]): Bytes {
  return bytes(field, concatenate(fields));
}
