import type { ImageShape } from '../contracts/image-shape';
import { scaleToFit } from '../dataset/conversion/area-filter';
import { toGray } from '../dataset/conversion/channels';

/**
 * An image as `convertRows` prepares those of a dataset that are scaled, without what a browser does not need.
 *
 * @param colors - [height, width, 3].
 * @returns [...imageShape].
 */
export function scaleImage(
  colors: Uint8Array,
  [height, width]: readonly [number, number],
  imageShape: ImageShape,
  isInverted: boolean,
): Uint8Array {
  const [targetHeight, targetWidth, channels = 1] = imageShape;
  const values = isInverted ? colors.map((value) => 255 - value) : colors;
  const pixels = channels === 3 ? values : toGray(values);
  return scaleToFit(pixels, [height, width, channels], [targetHeight, targetWidth], 0);
}
