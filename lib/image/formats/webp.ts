import type { FileBytes } from '../file-bytes';
import type { ImageHeader } from './image-header';

const firstChunk = 12;
const chunkHeadBytes = 8;

/** https://developers.google.com/speed/webp/docs/riff_container */
export function readWebpHeader(file: FileBytes): ImageHeader {
  const end = 8 + file.uint32(4, 'little');
  file.assertWhole(end);
  return {
    shape: readShape(file),
    isLossy: hasLossyFrame(file, firstChunk, end),
    orientation: 1,
    pixelBytes: file.bytes,
  };
}

function readShape(file: FileBytes): readonly [number, number] {
  const data = firstChunk + chunkHeadBytes;
  const type = file.ascii(firstChunk, 4);
  switch (type) {
    case 'VP8 ':
      return [file.uint16(data + 8, 'little') & 0x3fff, file.uint16(data + 6, 'little') & 0x3fff];
    case 'VP8L': {
      const sizes = file.uint32(data + 1, 'little');
      return [((sizes >>> 14) & 0x3fff) + 1, (sizes & 0x3fff) + 1];
    }
    case 'VP8X':
      return [file.uint24(data + 7) + 1, file.uint24(data + 4) + 1];
    default:
      throw file.damaged(`it begins with a chunk ${JSON.stringify(type)}`);
  }
}

/** A frame of an animation is a chunk of chunks. */
function hasLossyFrame(file: FileBytes, start: number, end: number): boolean {
  for (let at = start; at + chunkHeadBytes <= end; ) {
    const type = file.ascii(at, 4);
    if (type === 'VP8 ') return true;
    const frameHeadBytes = 16;
    if (type === 'ANMF' && file.ascii(at + chunkHeadBytes + frameHeadBytes, 4) !== 'VP8L') return true;
    const size = file.uint32(at + 4, 'little');
    at += chunkHeadBytes + size + (size % 2);
  }
  return false;
}
