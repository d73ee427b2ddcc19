import type { GrayImage } from './center-digit';

/** Shape of the ink of a centered drawing, to distinguish digits from other drawings. */
export interface DigitShape {
  /** Ink of the second largest connected part, as a fraction of all ink; 0 where there is one part. */
  readonly secondPartFraction: number;
  /** Width of the ink over its height. */
  readonly aspect: number;
  /** Fraction of the box around the ink that is ink. */
  readonly fillFraction: number;
}

/** Fainter pixels are edges of strokes, which may touch where the strokes do not. */
const inkThreshold = 0.35;

/** @returns `undefined` where no pixel is dark enough to be a stroke. */
export function measureShape({ pixels, shape: [height, width] }: GrayImage): DigitShape | undefined {
  const parts = connectedParts(pixels, height, width);
  if (parts.length === 0) return undefined;
  const inkCount = parts.reduce((sum, part) => sum + part.length, 0);
  const [, second] = parts.map(({ length }) => length).sort((a, b) => b - a);
  const rows = parts.flat().map((pixel) => Math.floor(pixel / width));
  const columns = parts.flat().map((pixel) => pixel % width);
  const inkHeight = Math.max(...rows) - Math.min(...rows) + 1;
  const inkWidth = Math.max(...columns) - Math.min(...columns) + 1;
  return {
    secondPartFraction: (second ?? 0) / inkCount,
    aspect: inkWidth / inkHeight,
    fillFraction: inkCount / (inkHeight * inkWidth),
  };
}

/** Pixels with a common side or corner belong to one part. */
function connectedParts(pixels: Float32Array, height: number, width: number): number[][] {
  const isInk = (row: number, column: number) =>
    row >= 0 && row < height && column >= 0 && column < width && pixels[row * width + column]! > inkThreshold;
  const seen = new Set<number>();
  const parts: number[][] = [];
  for (let start = 0; start < pixels.length; start += 1) {
    if (seen.has(start) || !isInk(Math.floor(start / width), start % width)) continue;
    const part = [start];
    seen.add(start);
    for (const pixel of part) {
      for (let neighbor = 0; neighbor < 9; neighbor += 1) {
        const row = Math.floor(pixel / width) + Math.floor(neighbor / 3) - 1;
        const column = (pixel % width) + (neighbor % 3) - 1;
        const index = row * width + column;
        if (!isInk(row, column) || seen.has(index)) continue;
        seen.add(index);
        part.push(index);
      }
    }
    parts.push(part);
  }
  return parts;
}
