import type { DecodedImage } from './decode-image';

/**
 * Red, green and blue of an image on a ground of this gray.
 *
 * @param ground - 0 to 255, behind transparent parts.
 * @returns [height · width · 3], row-major.
 */
export function flattenColor(
  { rgba, shape: [height, width] }: Pick<DecodedImage, 'rgba' | 'shape'>,
  ground: number,
): Uint8Array {
  const colors = new Uint8Array(3 * height * width);
  for (let from = 0, to = 0; to < colors.length; from += 4, to += 3) {
    const opacity = rgba[from + 3]!;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = rgba[from + channel]!;
      // Rounded, because an array of bytes cuts fractions off.
      colors[to + channel] =
        opacity === 255 ? value : (opacity * value + (255 - opacity) * ground) / 255 + 0.5;
    }
  }
  return colors;
}
