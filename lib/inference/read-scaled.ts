import type { ImageShape } from '../contracts/image-shape';
import { convertRows } from '../dataset/conversion/convert-rows';
import { normalizePixels } from '../dataset/pixels';
import type { DecodedImage } from '../image/decode-image';
import { colorsOnto } from '../image/gray-values';

/**
 * An image as those of a dataset were prepared: scaled to fit, in gray or in color. Transparent parts are black.
 *
 * @returns [...imageShape] in [0, 1].
 */
export function readScaled(image: DecodedImage, imageShape: ImageShape, isInverted: boolean): Float32Array {
  const [height, width] = image.shape;
  const rows = {
    values: colorsOnto(image, 0),
    shape: [height, width, 3] as const,
    rowCount: 1,
    nameOf: () => 'The image',
  };
  const bytes = { white: 255, black: 0 };
  const { pixels } = convertRows(rows, {
    ...bytes,
    imageShape,
    invert: isInverted,
    transpose: false,
    resize: true,
  });
  return normalizePixels(pixels);
}
