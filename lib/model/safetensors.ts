import { z } from 'zod';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** float32, row-major. */
  readonly values: Float32Array;
}

export interface SafetensorsFile {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

const headerSchema = z.looseObject({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(
  z.strictObject({
    dtype: z.literal('F32'),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

const lengthBytes = 8;

/**
 * The safetensors format: the header's length as u64, a JSON header, then the values, all little-endian;
 * https://github.com/huggingface/safetensors#format. Equal tensors give equal bytes.
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const start = end;
    end += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  // The format requires values to start at a multiple of eight bytes; spaces fill the header.
  const header = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)));
  const file = new Uint8Array(lengthBytes + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, lengthBytes);
  let offset = lengthBytes + header.length;
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

/** @throws Error that describes the problem with the bytes. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < lengthBytes) throw new Error(`${bytes.length} bytes are too few for a header`);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(bytes.length - lengthBytes)) {
    throw new Error(`its header claims ${headerLength} bytes, and the file has ${bytes.length}`);
  }
  const valuesStart = lengthBytes + Number(headerLength);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, valuesStart));
  const { __metadata__: metadata = {}, ...entries } = headerSchema.parse(JSON.parse(text));
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        shape,
        data_offsets: [start, end],
      },
    ]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      if (end - start !== 4 * size || valuesStart + end > bytes.length) {
        throw new Error(`the tensor "${name}" of ${size} values claims the bytes ${start} to ${end}`);
      }
      return {
        name,
        shape,
        values: new Float32Array(bytes.slice(valuesStart + start, valuesStart + end).buffer),
      };
    },
  );
  return { tensors, metadata };
}
