import type { FileBytes } from '../file-bytes';
import type { ImageHeader } from './image-header';

const infoStart = 14;
/** The header of OS/2, with sizes of 16 bits. */
const coreInfoBytes = 12;
const runLengthCompressions = new Set([1, 2]);

/** https://learn.microsoft.com/windows/win32/gdi/bitmap-storage */
export function readBmpHeader(file: FileBytes): ImageHeader {
  const pixelStart = file.uint32(10, 'little');
  const isCore = file.uint32(infoStart, 'little') === coreInfoBytes;
  const width = isCore ? file.uint16(infoStart + 4, 'little') : file.int32(infoStart + 4, 'little');
  // A negative height means that the first row is the top row.
  const height = isCore
    ? file.uint16(infoStart + 6, 'little')
    : Math.abs(file.int32(infoStart + 8, 'little'));
  const bits = file.uint16(infoStart + (isCore ? 10 : 14), 'little');
  const compression = isCore ? 0 : file.uint32(infoStart + 16, 'little');
  const rowBytes = 4 * Math.ceil((Math.max(0, width) * bits) / 32);
  const pixelBytes = runLengthCompressions.has(compression)
    ? file.uint32(infoStart + 20, 'little')
    : rowBytes * height;
  file.assertWhole(pixelStart + pixelBytes);
  return { shape: [height, width], isLossy: false, orientation: 1, pixelBytes: file.bytes };
}
