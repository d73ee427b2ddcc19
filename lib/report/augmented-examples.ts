import { decode } from 'fast-png';
import type { ByteImage } from './byte-image';

export interface AugmentedExample {
  readonly original: ByteImage;
  /** Below each other. */
  readonly versions: ByteImage;
}

/**
 * The columns of the sheet that the training has written: an image, and its versions below.
 *
 * @param imageShape - [height, width] of an image.
 */
export function readAugmentedExamples(
  png: Uint8Array,
  [height, width]: readonly [number, number],
): AugmentedExample[] {
  const sheet = decode(png);
  return Array.from({ length: sheet.width / width }, (_, column) => {
    const pixels = new Uint8Array(sheet.height * width);
    for (let y = 0; y < sheet.height; y += 1) {
      const from = y * sheet.width + column * width;
      pixels.set(sheet.data.subarray(from, from + width), y * width);
    }
    return {
      original: { pixels: pixels.subarray(0, height * width), shape: [height, width] },
      versions: { pixels: pixels.subarray(height * width), shape: [sheet.height - height, width] },
    };
  });
}
