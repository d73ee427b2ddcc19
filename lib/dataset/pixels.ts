import { PermanentError } from '../contracts/errors';
import type { PixelRange } from '../contracts/pixel-range';

/**
 * The two representations of a pixel: a byte u in memory, and the float32 u / 255 in shards and as the input of models.
 * docs/decisions/0012-pixels.md has the reasons.
 */
export const maxPixel = 255;

/** `u / 255` in float32. The double quotient rounds to the same float32 as NumPy's division. */
const normalized = Float32Array.from({ length: maxPixel + 1 }, (_, pixel) => pixel / maxPixel);
const normalizedBits = new Uint32Array(normalized.buffer);

/** `u / 255` of each pixel. */
export function normalizePixels(pixels: Uint8Array): Float32Array {
  const images = new Float32Array(pixels.length);
  for (let index = 0; index < pixels.length; index += 1) images[index] = normalized[pixels[index]!]!;
  return images;
}

/** Whether the images are, bit for bit, `normalizePixels` of the pixels; without allocating these. */
export function areNormalized(images: Float32Array, pixels: Uint8Array): boolean {
  if (images.length !== pixels.length) return false;
  const bits = new Uint32Array(images.buffer, images.byteOffset, images.length);
  for (let index = 0; index < pixels.length; index += 1) {
    if (bits[index] !== normalizedBits[pixels[index]!]) return false;
  }
  return true;
}

/**
 * Writes the inverse of `normalizePixels` to `target`.
 *
 * @throws PermanentError CorruptArtifact for a value that `normalizePixels` does not produce.
 */
export function quantizePixels(images: Float32Array, target: Uint8Array, key: string): void {
  for (let index = 0; index < images.length; index += 1) {
    const value = images[index]!;
    const pixel = (value * maxPixel + 0.5) | 0;
    if (normalized[pixel] !== value) {
      throw new PermanentError(
        'CorruptArtifact',
        `${key} has the pixel ${value}, which is not one of the 256 values 0, 1/255, … 1. Delete it and run again to make it again.`,
        { evidence: { key, index, value } },
      );
    }
    target[index] = pixel;
  }
}

/** The pixels in the range that a model was trained on. */
export function scalePixels(pixels: Uint8Array, range: PixelRange): Float32Array {
  switch (range) {
    case '0..1':
      return normalizePixels(pixels);
    case '0..255':
      return Float32Array.from(pixels);
    case '-1..1':
      return Float32Array.from(pixels, (pixel) => pixel / (maxPixel / 2) - 1);
  }
}
