import type { LabeledImages } from '../dataset/load-split';
import { centerDigit } from './center-digit';

/** The first images tell. */
export const centeringSample = 100;
/** A few drawings of MNIST touch an edge of their box only with a very light pixel. */
const leastFraction = 0.9;
/** Of a gray value in [0, 1]. */
const tolerance = 0.5 / 255;

/** Whether drawings were prepared as those of MNIST: then `centerDigit` leaves them as they are. */
export function areCentered({ pixels, count, imageShape }: Omit<LabeledImages, 'labels'>): boolean {
  if (imageShape.length === 3) return false;
  const [height, width] = imageShape;
  const size = height * width;
  const sampled = Math.min(count, centeringSample);
  let centeredCount = 0;
  for (let row = 0; row < sampled; row += 1) {
    const image = Float32Array.from(pixels.subarray(row * size, (row + 1) * size), (byte) => byte / 255);
    const centered = centerDigit({ pixels: image, shape: imageShape }, imageShape);
    if (centered?.pixels.every((gray, at) => Math.abs(gray - image[at]!) < tolerance)) centeredCount += 1;
  }
  return centeredCount >= leastFraction * sampled;
}
