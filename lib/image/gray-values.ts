import type { GrayImage } from './center-digit';
import type { DecodedImage } from './decode-image';

type Image = Pick<DecodedImage, 'rgba' | 'shape'>;

/** ITU-R BT.601 in thousandths, so that gray stays exact. In [0, 1]. */
const lumaAt = (rgba: Uint8Array, pixel: number) =>
  (299 * rgba[4 * pixel]! + 587 * rgba[4 * pixel + 1]! + 114 * rgba[4 * pixel + 2]!) / 1000 / 255;

/** Gray values in [0, 1] of an image on a background of this gray. */
export function flattenOnto({ rgba, shape }: Image, background: number): GrayImage {
  return fill(shape, (pixel) => {
    const opacity = rgba[4 * pixel + 3]! / 255;
    return opacity === 1 ? lumaAt(rgba, pixel) : opacity * lumaAt(rgba, pixel) + (1 - opacity) * background;
  });
}

/**
 * Gray values of an image that may be partly transparent. There are two kinds: a digit on a transparent background, whose
 * opacity is the drawing, and a sheet with a digit that does not fill the image, which is extended with the sheet's color.
 */
export function reduceTransparency(image: Image): GrayImage & { readonly isOpacity: boolean } {
  const { rgba, shape } = image;
  const pixels = shape[0] * shape[1];
  let isTransparent = false;
  for (let pixel = 0; pixel < pixels && !isTransparent; pixel += 1)
    isTransparent = rgba[4 * pixel + 3]! < 255;
  if (!isTransparent) return { ...flattenOnto(image, 0), isOpacity: false };
  const sheet = findSheet(image);
  if (sheet !== undefined) return { ...flattenOnto(image, sheet.gray), isOpacity: false };
  return { ...fill(shape, (pixel) => rgba[4 * pixel + 3]! / 255), isOpacity: true };
}

/** A sheet fills most of its bounding box, even with round corners; the strokes of a digit hardly ever do. */
const sheetFraction = 0.75;
/** Contrast between paper and writing; the color of a pen varies less. */
const sheetContrast = 0.25;

/** The median gray of the opaque part, if it is a sheet with something on it. */
function findSheet({ rgba, shape: [height, width] }: Image): { readonly gray: number } | undefined {
  const counts = new Uint32Array(256);
  const edges = { top: height, left: width, bottom: 0, right: 0 };
  let visible = 0;
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    if (rgba[4 * pixel + 3]! < 128) continue;
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    edges.top = Math.min(edges.top, row);
    edges.bottom = Math.max(edges.bottom, row + 1);
    edges.left = Math.min(edges.left, column);
    edges.right = Math.max(edges.right, column + 1);
    counts[Math.round(255 * lumaAt(rgba, pixel))]! += 1;
    visible += 1;
  }
  const isFilled = visible >= sheetFraction * (edges.bottom - edges.top) * (edges.right - edges.left);
  const contrast = (counts.findLastIndex(Boolean) - counts.findIndex(Boolean)) / 255;
  if (visible === 0 || !isFilled || contrast < sheetContrast) return undefined;
  let darkerOrSame = 0;
  const median = counts.findIndex((count) => {
    darkerOrSame += count;
    return darkerOrSame > visible / 2;
  });
  return { gray: median / 255 };
}

function fill(
  shape: readonly [number, number],
  grayOf: (pixel: number) => number,
): { pixels: Float32Array; shape: readonly [number, number] } {
  const pixels = new Float32Array(shape[0] * shape[1]);
  for (let pixel = 0; pixel < pixels.length; pixel += 1) pixels[pixel] = grayOf(pixel);
  return { pixels, shape };
}
