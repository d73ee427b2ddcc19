import type { ImageShape } from '../../contracts/image-shape';

/**
 * Gives a canvas the size of an image and paints its pixels.
 *
 * @param colorOf - red, green, blue and opacity of a pixel, 0 to 255.
 */
export function paintPixels(
  canvas: HTMLCanvasElement,
  [height, width]: ImageShape,
  colorOf: (pixel: number) => readonly [number, number, number, number],
): void {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel += 1) image.data.set(colorOf(pixel), pixel * 4);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

/** Red, green and blue of a pixel, which are equal in a gray image. @param values - [...shape]. */
export function colorAt(
  values: ArrayLike<number>,
  shape: ImageShape,
  pixel: number,
): readonly [number, number, number] {
  const channels = shape[2] ?? 1;
  const at = pixel * channels;
  return channels === 3
    ? [values[at]!, values[at + 1]!, values[at + 2]!]
    : [values[at]!, values[at]!, values[at]!];
}

/** @param pixels - [...shape], 0 to 255. */
export function paintImage(canvas: HTMLCanvasElement, pixels: Uint8Array, shape: ImageShape): void {
  paintPixels(canvas, shape, (pixel) => [...colorAt(pixels, shape, pixel), 255]);
}
