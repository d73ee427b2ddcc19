import { refuseForeignFile } from './foreign-files';
import { unpackGzip } from './gzip';
import { damagedFile, foreignFile } from './unreadable-file';

/** The types of the format, by their code. The only unsigned type is the byte. */
const itemTypes = {
  8: { name: 'uint8', bytes: 1 },
  9: { name: 'int8', bytes: 1 },
  11: { name: 'int16', bytes: 2 },
  12: { name: 'int32', bytes: 4 },
  13: { name: 'float32', bytes: 4 },
  14: { name: 'float64', bytes: 8 },
} as const;
type ItemType = (typeof itemTypes)[keyof typeof itemTypes];

/** The format: http://yann.lecun.com/exdb/mnist/, "THE IDX FILE FORMAT". Big-endian. */
export interface IdxHeader {
  readonly type: ItemType['name'];
  /** Of one value. */
  readonly itemBytes: number;
  /** One size per dimension, outermost first. */
  readonly shape: readonly number[];
  /** Where the values begin: 4 bytes of magic and 4 for every dimension. */
  readonly headerBytes: number;
}

export interface Idx extends IdxHeader {
  /** The values as in the file, row-major, big-endian; shares memory with `file`. */
  readonly data: Uint8Array;
  /** The whole file, decompressed if it was gzip. */
  readonly file: Uint8Array;
}

/**
 * Reads the header of an uncompressed file; `bytes` may be only the beginning of the file.
 *
 * @throws PermanentError InvalidDataset unless it is the header of an IDX file.
 */
export function readIdxHeader(bytes: Uint8Array, fileName: string): IdxHeader {
  if (bytes.length < 4) {
    throw damagedFile(
      fileName,
      `it is truncated: it has ${bytes.length} bytes, and the magic number alone has 4`,
    );
  }
  const [zero, zeroToo, code, rank] = bytes as unknown as [number, number, number, number];
  const type = (itemTypes as Readonly<Record<number, ItemType>>)[code];
  if (zero !== 0 || zeroToo !== 0 || type === undefined) {
    refuseForeignFile(bytes, fileName);
    throw foreignFile(
      fileName,
      describeMagic(bytes),
      'Provide an IDX file, uncompressed or compressed with gzip.',
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw damagedFile(
      fileName,
      `it is truncated: its header alone has ${headerBytes} bytes, and only ${bytes.length} are there`,
    );
  }
  return { type: type.name, itemBytes: type.bytes, shape: readShape(bytes, rank, false), headerBytes };
}

function describeMagic(bytes: Uint8Array): string {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const codes = Object.keys(itemTypes).map((code) => `0${Number(code).toString(16)}`);
  return `it begins with 0x${magic}, and an IDX file with 0x0000, a type (${codes.join(', ')}) and the number of dimensions`;
}

function readShape(bytes: Uint8Array, rank: number, isLittleEndian: boolean): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: rank }, (_, dimension) => view.getUint32(4 + 4 * dimension, isLittleEndian));
}

/**
 * Reads a whole file of any type and rank: uncompressed, or compressed with gzip once or several times.
 *
 * @throws PermanentError InvalidDataset for a file whose size differs from its header.
 */
export function parseIdx(bytes: Uint8Array, fileName: string): Idx {
  const file = unpackGzip(bytes, fileName, (beginning) => announcedSize(readIdxHeader(beginning, fileName)));
  const header = readIdxHeader(file, fileName);
  const { shape, headerBytes, itemBytes } = header;
  const expectedBytes = announcedSize(header);
  if (file.length !== expectedBytes) {
    const swapped = readShape(file, shape.length, true);
    if (announcedSize({ ...header, shape: swapped }) === file.length) {
      throw foreignFile(
        fileName,
        `its sizes are little-endian (${swapped.join('×')}), and the format is big-endian`,
        'Write sizes and values with the most significant byte first; in NumPy, as dtype ">i4".',
      );
    }
    const what = file.length < expectedBytes ? 'it is truncated' : 'it has trailing bytes';
    throw damagedFile(
      fileName,
      `${what}: its header announces ${shape.join('×')} values${itemBytes === 1 ? '' : ` of ${itemBytes} bytes`}, ${expectedBytes} bytes in all, and ${file.length} are there`,
      { expectedBytes, actualBytes: file.length },
    );
  }
  return { ...header, file, data: file.subarray(headerBytes) };
}

/** Size of the whole file, header included. */
function announcedSize({ shape, headerBytes, itemBytes }: IdxHeader): number {
  return shape.reduce((product, size) => product * size, itemBytes) + headerBytes;
}

/** An IDX file of type uint8. */
export function encodeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const headerBytes = 4 + 4 * shape.length;
  const file = new Uint8Array(headerBytes + data.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [dimension, size] of shape.entries()) view.setUint32(4 + 4 * dimension, size);
  file.set(data, headerBytes);
  return file;
}
