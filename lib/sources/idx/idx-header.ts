import type { ValueType } from '../../contracts/slices';
import { bytesOfType } from '../numbers/typed-values';
import { unpackGzip } from '../numbers/unpack';
import type { SourceFile, SourceFiles } from '../source-files';
import { refuseForeignFile } from './foreign-files';
import { damagedFile, foreignFile } from './unreadable-file';

/** The types of the format, by their code. The only unsigned type is the byte. */
const itemTypes: Readonly<Record<number, ValueType>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/** The format: http://yann.lecun.com/exdb/mnist/, "THE IDX FILE FORMAT". Big-endian. */
export interface IdxHeader {
  readonly type: ValueType;
  /** One size per dimension, outermost first. */
  readonly shape: readonly number[];
  /** Where the values begin: 4 bytes of magic and 4 for every dimension. */
  readonly headerBytes: number;
}

/** An IDX file of which only the header was read. */
export interface IdxFile extends IdxHeader {
  readonly file: SourceFile;
  readonly isCompressed: boolean;
}

/** As many as the largest header has: its number of dimensions is a byte. */
const maxHeaderBytes = 4 + 4 * 255;

/**
 * Reads the header of a file that may be compressed with gzip, whatever its name says. The size of an uncompressed file
 * is compared with its header; that of a compressed one is known when it is read.
 *
 * @throws PermanentError InvalidDataset unless it is an IDX file.
 */
export async function openIdxFile(files: SourceFiles, file: SourceFile): Promise<IdxFile> {
  const what = `${file.name} in ${files.location}`;
  const start = await files.read(file, 0, Math.min(file.bytes, maxHeaderBytes));
  const isCompressed = start[0] === 0x1f && start[1] === 0x8b;
  const beginning = isCompressed ? await readBeginning(unpackGzip(files.stream(file), what)) : start;
  const header = readIdxHeader(beginning, what);
  if (!isCompressed) assertSize(header, beginning, file, what);
  return { ...header, file, isCompressed };
}

async function readBeginning(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let beginning = new Uint8Array(0);
  for await (const chunk of chunks) {
    beginning = new Uint8Array(Buffer.concat([beginning, chunk]));
    if (beginning.length >= maxHeaderBytes) break;
  }
  return beginning;
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
  const type = itemTypes[code];
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
  return { type, shape: readShape(bytes, rank, false), headerBytes };
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

function assertSize(header: IdxHeader, beginning: Uint8Array, { bytes }: SourceFile, what: string): void {
  const { shape, type } = header;
  const expectedBytes = announcedSize(header);
  if (bytes === expectedBytes) return;
  const swapped = readShape(beginning, shape.length, true);
  if (announcedSize({ ...header, shape: swapped }) === bytes) {
    throw foreignFile(
      what,
      `its sizes are little-endian (${swapped.join('×')}), and the format is big-endian`,
      'Write sizes and values with the most significant byte first; in NumPy, as dtype ">i4".',
    );
  }
  const itemBytes = bytesOfType(type);
  throw damagedFile(
    what,
    `${bytes < expectedBytes ? 'it is truncated' : 'it has trailing bytes'}: its header announces ${shape.join('×')} values${itemBytes === 1 ? '' : ` of ${itemBytes} bytes`}, ${expectedBytes} bytes in all, and ${bytes} are there`,
    { expectedBytes, actualBytes: bytes },
  );
}

/** Size of the whole file, header included. */
function announcedSize({ shape, headerBytes, type }: IdxHeader): number {
  return shape.reduce((product, size) => product * size, bytesOfType(type)) + headerBytes;
}
