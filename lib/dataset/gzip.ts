import { constants, gunzipSync } from 'node:zlib';
import { damagedFile, foreignFile, unusableFile } from './unreadable-file';

/** The size of the largest `Uint8Array` that this reader allocates. */
const maxUnmaxNestedBytes = 2 ** 31 - 1;
/** A server that compresses a compressed file makes two layers; more are not legitimate. */
const maxLayers = 4;
/** gzip expands at most about a thousand times, and a header is much smaller than this. */
const beginningBytes = 16_384;

/**
 * Decompresses gzip: several layers, and several members in one file. Other bytes are returned unchanged. Node's zlib
 * verifies gzip's checksum and length. At most the size that the IDX header announces is decompressed, so a small file
 * cannot exhaust memory.
 *
 * @param measure - computes the total size from the beginning of the decompressed file.
 * @throws PermanentError InvalidDataset for a damaged file, or one that is larger than its header announces.
 */
export function unpackGzip(
  bytes: Uint8Array,
  fileName: string,
  measure: (beginning: Uint8Array) => number,
): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const announcedBytes = measure(peek(bytes, fileName));
  if (announcedBytes > maxUnmaxNestedBytes) {
    throw unusableFile(
      fileName,
      `announces ${announcedBytes} bytes in its header, and at most ${maxUnmaxNestedBytes} can be read`,
      'Use fewer images, or check the file.',
    );
  }
  let unpacked = bytes;
  while (isGzip(unpacked)) unpacked = unpackLayer(unpacked, fileName, announcedBytes);
  return unpacked;
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The beginning of the innermost content. */
function peek(bytes: Uint8Array, fileName: string): Uint8Array {
  let beginning = bytes;
  for (let layer = 0; isGzip(beginning); layer += 1) {
    if (layer === maxLayers) {
      throw foreignFile(
        fileName,
        `it was compressed with gzip more than ${maxLayers} times`,
        'Decompress it with gunzip until it is an IDX file.',
      );
    }
    beginning = unpackBeginning(beginning, fileName);
  }
  return beginning;
}

function unpackBeginning(bytes: Uint8Array, fileName: string): Uint8Array {
  try {
    return gunzipSync(bytes.subarray(0, beginningBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw damagedGzip(fileName, cause);
  }
}

function unpackLayer(bytes: Uint8Array, fileName: string, announcedBytes: number): Uint8Array {
  // A compressed layer may be slightly larger than its content, and has a header for each member.
  const maxNestedBytes = Math.min(announcedBytes * 2 + 65_536, maxUnmaxNestedBytes);
  const isNested = isGzip(unpackBeginning(bytes, fileName));
  try {
    return gunzipSync(bytes, { maxOutputLength: isNested ? maxNestedBytes : announcedBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw damagedFile(
        fileName,
        `it has trailing bytes: its header announces ${announcedBytes} bytes in all`,
      );
    }
    throw damagedGzip(fileName, cause);
  }
}

function damagedGzip(fileName: string, cause: unknown): Error {
  return damagedFile(fileName, `it is a damaged gzip file (${(cause as Error).message})`, {}, cause);
}
