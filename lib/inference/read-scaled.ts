import type { ImageShape } from '../contracts/image-shape';
import { normalizePixels } from '../dataset/pixels';
import type { DecodedImage } from '../image/decode-image';
import { flattenColor } from '../image/flatten-color';
import { scaleImage } from '../image/scale-image';

/**
 * An image as those of a dataset were prepared: scaled to fit, in gray or in color. Transparent parts are dark for the
 * model.
 *
 * @returns [...imageShape] in [0, 1].
 */
export function readScaled(image: DecodedImage, imageShape: ImageShape, isInverted: boolean): Float32Array {
  const ground = isInverted ? 255 : 0;
  return normalizePixels(scaleImage(flattenColor(image, ground), image.shape, imageShape, isInverted));
}
