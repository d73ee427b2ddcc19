/** Gray values in [0, 1], row-major, light ink on 0. */
export interface GrayImage {
  readonly pixels: Float32Array;
  /** [height, width] in pixels. */
  readonly shape: readonly [number, number];
}

/** A digit of MNIST fits a box of 20 pixels in an image of 28. */
const boxFraction = 20 / 28;

/**
 * Prepares a drawing in the way in which MNIST was prepared: "size normalized to fit in a 20x20 pixel box while preserving
 * their aspect ratio […] centered in a 28x28 image by computing the center of mass of the pixels, and translating the
 * image so as to position this point at the center" (LeCun, Cortes, Burges: The MNIST database). For other sizes the
 * box keeps its fraction of the image. An image of MNIST stays unchanged.
 *
 * @param shape - [height, width] of the result, in pixels.
 * @returns `undefined` for a drawing without ink.
 */
export function centerDigit(drawing: GrayImage, shape: readonly [number, number]): GrayImage | undefined {
  const ink = findInk(drawing);
  if (ink === undefined) return undefined;
  const [height, width] = shape;
  const boxSide = Math.min(height, width) * boxFraction;
  const inkSide = Math.max(ink.bottom - ink.top, ink.right - ink.left);
  const scale = inkSide / boxSide;
  const mass = centerOfMass(drawing, ink);
  // Whole pixels, because MNIST was translated after scaling. Its center is the middle of pixel 14, not its edge.
  const inkTop = placeInk(height, (mass.y - ink.top) / scale, (ink.bottom - ink.top) / scale);
  const inkLeft = placeInk(width, (mass.x - ink.left) / scale, (ink.right - ink.left) / scale);
  const pixels = new Float32Array(height * width);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const top = ink.top + (row - inkTop) * scale;
      const left = ink.left + (column - inkLeft) * scale;
      pixels[row * width + column] = averageOver(drawing, ink, { top, left, side: scale });
    }
  }
  return { pixels, shape };
}

/**
 * The first row or column of the ink, in pixels. The center of mass is in the middle of the image, unless that would cut
 * ink off, as with the wide bar of a T.
 */
function placeInk(side: number, massOffset: number, inkSide: number): number {
  const centered = Math.round(side / 2 + 0.5 - massOffset);
  return Math.max(0, Math.min(centered, side - Math.ceil(inkSide)));
}

/** Edges in pixels: `bottom` and `right` are one beyond the last pixel with ink. */
interface Ink {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

function findInk({ pixels, shape: [height, width] }: GrayImage): Ink | undefined {
  const ink = { top: height, left: width, bottom: 0, right: 0 };
  pixels.forEach((gray, index) => {
    if (gray === 0) return;
    const row = Math.floor(index / width);
    const column = index % width;
    ink.top = Math.min(ink.top, row);
    ink.bottom = Math.max(ink.bottom, row + 1);
    ink.left = Math.min(ink.left, column);
    ink.right = Math.max(ink.right, column + 1);
  });
  return ink.bottom === 0 ? undefined : ink;
}

/** In pixels; the middle of the first pixel is 0.5. */
function centerOfMass({ pixels, shape: [, width] }: GrayImage, ink: Ink): { x: number; y: number } {
  let mass = 0;
  let x = 0;
  let y = 0;
  for (let row = ink.top; row < ink.bottom; row += 1) {
    for (let column = ink.left; column < ink.right; column += 1) {
      const gray = pixels[row * width + column]!;
      mass += gray;
      x += gray * (column + 0.5);
      y += gray * (row + 0.5);
    }
  }
  return { x: x / mass, y: y / mass };
}

/** Anti-aliasing: the mean gray of a square of the drawing. Everything outside of the ink counts as background. */
function averageOver(
  { pixels, shape: [, width] }: GrayImage,
  ink: Ink,
  { top, left, side }: { top: number; left: number; side: number },
): number {
  let sum = 0;
  const lastRow = Math.min(Math.ceil(top + side), ink.bottom);
  const lastColumn = Math.min(Math.ceil(left + side), ink.right);
  for (let row = Math.max(Math.floor(top), ink.top); row < lastRow; row += 1) {
    const rowShare = Math.min(row + 1, top + side) - Math.max(row, top);
    for (let column = Math.max(Math.floor(left), ink.left); column < lastColumn; column += 1) {
      const columnShare = Math.min(column + 1, left + side) - Math.max(column, left);
      sum += pixels[row * width + column]! * rowShare * columnShare;
    }
  }
  return Math.min(1, sum / (side * side));
}
