import { constants, gunzipSync } from 'node:zlib';
import { damagedFile, foreignFile, unusableFile } from './unreadable-file';

/** No honest dataset of ours unpacks to more than Node can hold in one piece. */
const maxUnpackedBytes = 2 ** 31 - 1;
/** A server that packs what is packed already makes two; more is somebody's joke. */
const maxLayers = 4;
/** A thousandth of what it may unpack to, and more than any header needs. */
const beginningBytes = 16_384;

/**
 * Unpacks gzip, however many times it was applied, and joins the members that a file may have one after another; other
 * bytes come back as they are. Node's own unpacker: unlike fflate's it verifies gzip's checksum and length. No more is
 * unpacked than the header announces, so that a small file cannot fill the memory.
 *
 * @param measure - from the beginning of what lies within to the size of all of it.
 * @throws PermanentError InvalidDataset for a damaged file, or one that holds more than it announces.
 */
export function unpackGzip(
  bytes: Uint8Array,
  fileName: string,
  measure: (beginning: Uint8Array) => number,
): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const announcedBytes = measure(peek(bytes, fileName));
  if (announcedBytes > maxUnpackedBytes) {
    throw unusableFile(
      fileName,
      `announces ${announcedBytes} bytes in its header, and at most ${maxUnpackedBytes} can be read`,
      'Use fewer images, or check the file.',
    );
  }
  let unpacked = bytes;
  while (isGzip(unpacked)) unpacked = unpackLayer(unpacked, fileName, announcedBytes);
  return unpacked;
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The beginning of what lies within the innermost layer. */
function peek(bytes: Uint8Array, fileName: string): Uint8Array {
  let beginning = bytes;
  for (let layer = 0; isGzip(beginning); layer += 1) {
    if (layer === maxLayers) {
      throw foreignFile(
        fileName,
        `it was packed by gzip more than ${maxLayers} times over`,
        'Unpack it with gunzip until an IDX file is left.',
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
  // What is packed once more is a little larger than what cannot be packed, and has a header for each member.
  const packedBytes = Math.min(announcedBytes * 2 + 65_536, maxUnpackedBytes);
  const isPackedWithin = isGzip(unpackBeginning(bytes, fileName));
  try {
    return gunzipSync(bytes, { maxOutputLength: isPackedWithin ? packedBytes : announcedBytes });
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
