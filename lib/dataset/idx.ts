import { constants, gunzipSync } from 'node:zlib';
import { PermanentError } from '../contracts/errors';

/** The format: http://yann.lecun.com/exdb/mnist/, "THE IDX FILE FORMAT". Big-endian. */
export interface IdxHeader {
  /** One size a dimension, outermost first. */
  readonly shape: readonly number[];
  /** Where the values begin: 4 bytes of magic and 4 for every dimension. */
  readonly headerBytes: number;
}

export interface Idx extends IdxHeader {
  /** The values, row-major; shares memory with `file`. */
  readonly data: Uint8Array;
  /** The whole file, unpacked if it came as gzip. */
  readonly file: Uint8Array;
}

const uint8Type = 0x08;
const otherTypes: Readonly<Record<number, string>> = {
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};
/** No honest dataset of ours unpacks to more than Node can hold in one piece. */
const maxUnpackedBytes = 2 ** 31 - 1;

/**
 * Reads the header of an unpacked file; `bytes` may be no more than the file's beginning.
 *
 * @throws PermanentError InvalidDataset for anything but the header of an IDX file of uint8.
 */
export function readIdxHeader(bytes: Uint8Array, fileName: string): IdxHeader {
  refuseHtml(bytes, fileName);
  if (bytes.length < 4) {
    throw invalid(
      fileName,
      `it is truncated: it has ${bytes.length} bytes, and the magic number alone has 4`,
    );
  }
  const [zero, zeroToo, type, rank] = bytes as unknown as [number, number, number, number];
  if (zero !== 0 || zeroToo !== 0 || (type !== uint8Type && otherTypes[type] === undefined)) {
    const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    throw invalid(fileName, `it begins with 0x${magic}, and an IDX file of bytes begins with 0x0000080N`);
  }
  if (type !== uint8Type) {
    throw invalid(
      fileName,
      `its values are ${otherTypes[type]}, and only uint8 can be read; convert it first`,
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw invalid(
      fileName,
      `it is truncated: its header alone has ${headerBytes} bytes, and only ${bytes.length} are there`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  return { shape, headerBytes };
}

/**
 * Reads a whole file, plain or gzip, of any rank.
 *
 * @throws PermanentError InvalidDataset for a file that is not exactly what its header announces.
 */
export function parseIdx(bytes: Uint8Array, fileName: string): Idx {
  const file = unpack(bytes, fileName);
  const { shape, headerBytes } = readIdxHeader(file, fileName);
  const expectedBytes = announcedSize({ shape, headerBytes });
  if (file.length !== expectedBytes) {
    const what = file.length < expectedBytes ? 'it is truncated' : 'it has trailing bytes';
    throw invalid(
      fileName,
      `${what}: its header announces ${shape.join('×')} values, ${expectedBytes} bytes in all, and ${file.length} are there`,
      { expectedBytes, actualBytes: file.length },
    );
  }
  return { shape, headerBytes, file, data: file.subarray(headerBytes) };
}

/**
 * Node's own unpacker: unlike fflate's it verifies gzip's checksum and length. No more is unpacked than the header
 * announces, so that a small file cannot fill the memory.
 */
function unpack(bytes: Uint8Array, fileName: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const announcedBytes = announcedSize(readIdxHeader(unpackBeginning(bytes, fileName), fileName));
  if (announcedBytes > maxUnpackedBytes) {
    throw invalid(
      fileName,
      `its header announces ${announcedBytes} bytes, and at most ${maxUnpackedBytes} can be read`,
    );
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: announcedBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw invalid(fileName, `it has trailing bytes: its header announces ${announcedBytes} bytes in all`);
    }
    throw damagedGzip(fileName, cause);
  }
}

/** A thousandth of what it may unpack to, and more than any header needs. */
const beginningBytes = 16_384;

function unpackBeginning(bytes: Uint8Array, fileName: string): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, beginningBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw damagedGzip(fileName, cause);
  }
}

/** The whole file's, header included. */
function announcedSize({ shape, headerBytes }: IdxHeader): number {
  return shape.reduce((product, size) => product * size, 1) + headerBytes;
}

function damagedGzip(fileName: string, cause: unknown): PermanentError {
  return invalid(fileName, `it is a damaged gzip file (${(cause as Error).message})`, {}, cause);
}

/** What a download leaves behind when the address leads to an error page. */
function refuseHtml(bytes: Uint8Array, fileName: string): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 200));
  if (!/^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(start)) return;
  throw invalid(
    fileName,
    `it looks like an HTML page (it begins with ${JSON.stringify(start.slice(0, 20))})`,
  );
}

function invalid(
  fileName: string,
  reason: string,
  evidence: Readonly<Record<string, string | number>> = {},
  cause?: unknown,
): PermanentError {
  return new PermanentError(
    'InvalidDataset',
    `${fileName} is not a whole IDX file: ${reason}. Download or export it again.`,
    { evidence: { fileName, ...evidence }, cause },
  );
}
