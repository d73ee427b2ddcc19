import { encode } from 'fast-png';

/** Gray pixels, 0 for black to 255 for white, row-major. */
export interface ByteImage {
  readonly pixels: Uint8Array;
  /** [height, width] in pixels. */
  readonly shape: readonly [number, number];
}

/** A `data:` address of an 8-bit gray PNG, so that pages and plots need no second file. */
export function imageDataUrl({ pixels, shape: [height, width] }: ByteImage): string {
  const png = encode({ width, height, data: pixels, channels: 1, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

/** Image `index` of [count, height, width]; shares the memory. */
export function pickImage(
  { pixels, imageShape }: { pixels: Uint8Array; imageShape: readonly [number, number] },
  index: number,
): ByteImage {
  const imagePixels = imageShape[0] * imageShape[1];
  return { pixels: pixels.subarray(index * imagePixels, (index + 1) * imagePixels), shape: imageShape };
}
