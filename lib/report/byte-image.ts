import { encode } from 'fast-png';
import { channelsOf, type ImageShape, valuesPerImage } from '../contracts/image-shape';

/** An image of bytes, 0 for black to 255 for white, row-major. */
export interface ByteImage {
  readonly pixels: Uint8Array;
  readonly shape: ImageShape;
}

/** An 8-bit PNG, gray or of red, green and blue. */
export function encodePng({ pixels, shape }: ByteImage): Uint8Array {
  const [height, width] = shape;
  return encode({ width, height, data: pixels, channels: channelsOf(shape), depth: 8 });
}

/** A `data:` address of an 8-bit PNG, so that pages and plots need no second file. */
export function imageDataUrl(image: ByteImage): string {
  return `data:image/png;base64,${Buffer.from(encodePng(image)).toString('base64')}`;
}

/** Image `index` of [count, ...imageShape]; shares the memory. */
export function pickImage(
  { pixels, imageShape }: { pixels: Uint8Array; imageShape: ImageShape },
  index: number,
): ByteImage {
  const imageValues = valuesPerImage(imageShape);
  return { pixels: pixels.subarray(index * imageValues, (index + 1) * imageValues), shape: imageShape };
}
