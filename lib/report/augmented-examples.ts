import { decode } from 'fast-png';
import { channelsOf, type ImageShape, valuesPerImage, withSides } from '../contracts/image-shape';
import type { ByteImage } from './byte-image';

export interface AugmentedExample {
  readonly original: ByteImage;
  /** Below each other. */
  readonly versions: ByteImage;
}

/**
 * The columns of the sheet that the training has written: an image, and its versions below.
 *
 * @param imageShape - of one image.
 */
export function readAugmentedExamples(png: Uint8Array, imageShape: ImageShape): AugmentedExample[] {
  const sheet = decode(png);
  const [height, width] = imageShape;
  const lineValues = width * channelsOf(imageShape);
  const imageValues = valuesPerImage(imageShape);
  return Array.from({ length: sheet.width / width }, (_, column) => {
    const pixels = new Uint8Array(sheet.height * lineValues);
    for (let y = 0; y < sheet.height; y += 1) {
      const from = (y * (sheet.width / width) + column) * lineValues;
      pixels.set(sheet.data.subarray(from, from + lineValues), y * lineValues);
    }
    return {
      original: { pixels: pixels.subarray(0, imageValues), shape: imageShape },
      versions: {
        pixels: pixels.subarray(imageValues),
        shape: withSides(imageShape, sheet.height - height, width),
      },
    };
  });
}
