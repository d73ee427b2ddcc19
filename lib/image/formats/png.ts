import { crc32 } from 'node:zlib';
import type { FileBytes } from '../file-bytes';
import { readOrientation } from './exif-orientation';
import type { ImageHeader } from './image-header';

const signatureBytes = 8;
/** Length and name before a chunk's data. */
const chunkHeadBytes = 8;
const checksumBytes = 4;
const pixelChunks = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/**
 * Verifies the checksum of every chunk, because the decoder silently fills damaged parts. Texts, color profiles and
 * animations, which may decompress to any size, are removed before decoding. https://www.w3.org/TR/png-3/
 */
export function readPngHeader(file: FileBytes): ImageHeader {
  if (file.ascii(signatureBytes + 4, 4) !== 'IHDR') throw file.damaged('it does not begin with its header');
  const width = file.uint32(signatureBytes + chunkHeadBytes, 'big');
  const height = file.uint32(signatureBytes + chunkHeadBytes + 4, 'big');
  const kept = [file.bytes.subarray(0, signatureBytes)];
  let orientation = 1;
  let hasPixels = false;
  for (let start = signatureBytes, type = ''; type !== 'IEND'; ) {
    const dataStart = start + chunkHeadBytes;
    const dataEnd = dataStart + file.uint32(start, 'big');
    type = file.ascii(start + 4, 4);
    if (crc32(file.bytes.subarray(start + 4, dataEnd)) !== file.uint32(dataEnd, 'big'))
      throw file.damaged(`the checksum of its chunk ${JSON.stringify(type)} does not fit`);
    if (pixelChunks.has(type)) kept.push(file.bytes.subarray(start, dataEnd + checksumBytes));
    if (type === 'eXIf') orientation = readOrientation(file, dataStart, dataEnd);
    hasPixels ||= type === 'IDAT';
    start = dataEnd + checksumBytes;
  }
  if (!hasPixels) throw file.damaged('it has no pixels');
  return { shape: [height, width], isLossy: false, orientation, pixelBytes: Buffer.concat(kept) };
}
