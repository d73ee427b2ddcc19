import type { ImageShape } from '../contracts/image-shape';
import { normalizePixels } from '../dataset/pixels';
import type { DecodedImage } from '../image/decode-image';
import { colorsOnto } from '../image/gray-values';
import { scaleImage } from '../image/scale-image';

/**
 * An image as those of a dataset were prepared: scaled to fit, in gray or in color. Transparent parts are black.
 *
 * @returns [...imageShape] in [0, 1].
 */
export function readScaled(image: DecodedImage, imageShape: ImageShape, isInverted: boolean): Float32Array {
  return normalizePixels(scaleImage(colorsOnto(image, 0), image.shape, imageShape, isInverted));
}
