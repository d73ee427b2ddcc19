import { concatenate } from './messages';

/** x³² + x²⁸ + … in reversed bits: Castagnoli's polynomial, RFC 3720, appendix B.4. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  return remainder;
});

/** CRC-32C. */
export function crc32c(data: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of data) remainder = (remainder >>> 8) ^ table[(remainder ^ byte) & 0xff]!;
  return (remainder ^ 0xffffffff) >>> 0;
}

/** Masks a checksum of data that may contain checksums: rotated by 15 bits, plus a constant. */
function mask(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Records in TensorFlow's file format, each as its length, the length's checksum, its data, the data's checksum:
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function encodeTfRecords(records: readonly Uint8Array[]): Uint8Array {
  return concatenate(
    records.flatMap((data) => {
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
      return [length, checksumOf(length), data, checksumOf(data)];
    }),
  );
}

function checksumOf(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, mask(crc32c(data)), true);
  return bytes;
}
