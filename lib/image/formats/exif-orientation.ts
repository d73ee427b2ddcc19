import type { FileBytes } from '../file-bytes';

const orientationTag = 0x0112;
const shortType = 3;

/**
 * The EXIF orientation in a TIFF structure (CIPA DC-008, 4.6.2): 1 to 8. It is 1 where none can be read, because a photo
 * with invalid metadata is still a photo.
 *
 * @param start - of the TIFF header, the two letters of the byte order.
 */
export function readOrientation(file: FileBytes, start: number, end: number): number {
  if (end - start < 8) return 1;
  const letters = file.ascii(start, 2);
  if (letters !== 'II' && letters !== 'MM') return 1;
  const order = letters === 'II' ? 'little' : 'big';
  const directory = start + file.uint32(start + 4, order);
  if (directory + 2 > end) return 1;
  const entries = file.uint16(directory, order);
  for (let entry = directory + 2; entry < directory + 2 + 12 * entries && entry + 12 <= end; entry += 12) {
    if (file.uint16(entry, order) !== orientationTag) continue;
    const orientation = file.uint16(entry + 8, order);
    const isKnown = file.uint16(entry + 2, order) === shortType && orientation >= 1 && orientation <= 8;
    return isKnown ? orientation : 1;
  }
  return 1;
}
