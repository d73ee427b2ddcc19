import type { FileBytes } from '../file-bytes';
import type { ImageHeader } from './image-header';

/** ITU-T T.81, table B.1: start of frame, but not the tables and the reserved code among those numbers. */
const isStartOfFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const startOfScan = 0xda;
const endOfImage = Buffer.from([0xff, 0xd9]);

/** In the coded pixels every 0xff is followed by 0, so the first end marker after them ends the image. */
export function readJpegHeader(file: FileBytes): ImageHeader {
  let shape: readonly [number, number] | undefined;
  for (let at = 2; ; ) {
    if (file.uint8(at) !== 0xff) throw file.damaged(`byte ${at} should begin a marker`);
    const marker = file.uint8(at + 1);
    // Any number of 0xff may come before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isStartOfFrame(marker)) shape = [file.uint16(at + 5, 'big'), file.uint16(at + 7, 'big')];
    const next = at + 2 + file.uint16(at + 2, 'big');
    if (marker !== startOfScan) {
      at = next;
      continue;
    }
    if (shape === undefined) throw file.damaged('its size is missing before its pixels');
    if (Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.length).indexOf(endOfImage, next) < 0)
      throw file.damaged('it ends before its pixels do');
    return { shape, isLossy: true, orientation: 1, pixelBytes: file.bytes };
  }
}
