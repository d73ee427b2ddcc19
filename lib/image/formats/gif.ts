import type { FileBytes } from '../file-bytes';
import type { ImageHeader } from './image-header';

const screenBytes = 13;
const extension = 0x21;
const imageDescriptor = 0x2c;

/** Reads up to the first frame; everything after it is ignored. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function readGifHeader(file: FileBytes): ImageHeader {
  const screen = [file.uint16(8, 'little'), file.uint16(6, 'little')] as const;
  let at = screenBytes + colorTableBytes(file.uint8(10));
  while (file.uint8(at) === extension) at = skipSubBlocks(file, at + 2);
  if (file.uint8(at) !== imageDescriptor) throw file.damaged('it has no pixels');
  const [left, top] = [file.uint16(at + 1, 'little'), file.uint16(at + 3, 'little')];
  const [width, height] = [file.uint16(at + 5, 'little'), file.uint16(at + 7, 'little')];
  // The byte after the color table is the number of bits of the first code.
  skipSubBlocks(file, at + 10 + colorTableBytes(file.uint8(at + 9)) + 1);
  const shape = [Math.max(screen[0], top + height), Math.max(screen[1], left + width)] as const;
  return { shape, isLossy: false, orientation: 1, pixelBytes: file.bytes };
}

const colorTableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** @returns where the empty block that ends them ends. */
function skipSubBlocks(file: FileBytes, start: number): number {
  let at = start;
  while (file.uint8(at) !== 0) at += 1 + file.uint8(at);
  return at + 1;
}
