import { gunzipSync } from 'node:zlib';

/** The shape and the values of a uint8 IDX file, uncompressed or compressed with gzip. */
export function parseIdx(file: Uint8Array): { readonly shape: readonly number[]; readonly data: Uint8Array } {
  const bytes = file[0] === 0x1f ? gunzipSync(file) : Buffer.from(file);
  const shape = Array.from({ length: bytes[3]! }, (_, dimension) => bytes.readUInt32BE(4 + 4 * dimension));
  return { shape, data: new Uint8Array(bytes.subarray(4 + 4 * shape.length)) };
}
