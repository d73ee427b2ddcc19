import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { centerDigit } from '../../lib/image/center-digit';
import { rawFileNames } from '../../lib/sources/idx/idx-names';
import { parseIdx } from '../support/parse-idx';

const shape = [28, 28] as const;

/** A filled rectangle on paper of `height` × `width` pixels. */
function drawRectangle(
  [height, width]: readonly [number, number],
  { top, left, rows, columns }: { top: number; left: number; rows: number; columns: number },
) {
  const pixels = new Float32Array(height * width);
  for (let row = top; row < top + rows; row += 1)
    pixels.fill(1, row * width + left, row * width + left + columns);
  return { pixels, shape: [height, width] as const };
}

function measure({ pixels }: { pixels: Float32Array }) {
  let [mass, x, y, top, bottom, left, right] = [0, 0, 0, 28, 0, 28, 0];
  pixels.forEach((gray, index) => {
    const [row, column] = [Math.floor(index / 28), index % 28];
    mass += gray;
    x += gray * column;
    y += gray * row;
    if (gray === 0) return;
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
  });
  return { x: x / mass, y: y / mass, height: bottom - top, width: right - left, mass };
}

test('an image of MNIST stays unchanged, since MNIST was made this way', () => {
  const file = readFileSync(join(findMnistFolder(), rawFileNames.testImages));
  const { data } = parseIdx(file);
  for (let row = 0; row < 500; row += 1) {
    const pixels = Float32Array.from(data.subarray(row * 784, (row + 1) * 784), (gray) => gray / 255);
    const centered = centerDigit({ pixels, shape }, shape)!;
    const largest = centered.pixels.reduce(
      (most, gray, at) => Math.max(most, Math.abs(gray - pixels[at]!)),
      0,
    );
    expect({ row, isSame: largest < 1e-6 }).toEqual({ row, isSame: true });
  }
});

test.each([
  { name: 'large', box: { top: 10, left: 20, rows: 240, columns: 120 }, height: 20, width: 10 },
  { name: 'small', box: { top: 200, left: 220, rows: 20, columns: 40 }, height: 10, width: 20 },
  { name: 'one pixel', box: { top: 0, left: 279, rows: 1, columns: 1 }, height: 20, width: 20 },
])('a $name drawing fills the box of 20 pixels and keeps its proportions', ({ box, height, width }) => {
  const measured = measure(centerDigit(drawRectangle([280, 280], box), shape)!);
  expect(measured).toMatchObject({ height, width });
  expect(measured.mass).toBeCloseTo(height * width, 0);
});

test('property: the center of mass is within a pixel of pixel 14, wherever the drawing was, and gray stays in [0, 1]', () => {
  const stroke = fc.record({
    top: fc.integer({ min: 0, max: 80 }),
    left: fc.integer({ min: 0, max: 80 }),
    rows: fc.integer({ min: 1, max: 60 }),
    columns: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(stroke, (box) => {
      const centered = centerDigit(drawRectangle([140, 140], box), shape)!;
      const { x, y } = measure(centered);
      expect(Math.abs(x - 14)).toBeLessThanOrEqual(1);
      expect(Math.abs(y - 14)).toBeLessThanOrEqual(1);
      expect(Math.min(...centered.pixels)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...centered.pixels)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});

test.each([
  {
    name: 'a T',
    bar: { top: 0, left: 0, rows: 20, columns: 100 },
    stem: { top: 20, left: 49, rows: 80, columns: 2 },
  },
  {
    name: 'an L',
    bar: { top: 80, left: 0, rows: 20, columns: 100 },
    stem: { top: 0, left: 0, rows: 80, columns: 2 },
  },
])('$name, with most of its ink at an edge, loses no ink', ({ bar, stem }) => {
  const drawing = drawRectangle([100, 100], bar);
  drawRectangle([100, 100], stem).pixels.forEach((gray, at) => {
    drawing.pixels[at]! += gray;
  });
  const drawnMass = drawing.pixels.reduce((sum, gray) => sum + gray, 0);
  const centered = centerDigit(drawing, shape)!;
  // 100 pixels of the drawing become 20.
  expect(measure(centered).mass).toBeCloseTo(drawnMass / 25, 3);
  expect(measure(centered)).toMatchObject({ height: 20, width: 20 });
});

test('an image without ink is not a digit', () => {
  expect(centerDigit({ pixels: new Float32Array(100), shape: [10, 10] }, shape)).toBeUndefined();
});

test.each([
  { wanted: [56, 56] as const, side: 40 },
  { wanted: [28, 40] as const, side: 20 },
])('images of $wanted: the box keeps its fraction of the shorter side', ({ wanted, side }) => {
  const { pixels } = centerDigit(
    drawRectangle([100, 100], { top: 0, left: 0, rows: 100, columns: 100 }),
    wanted,
  )!;
  expect(pixels).toHaveLength(wanted[0] * wanted[1]);
  const inkColumns = Array.from({ length: wanted[1] }, (_, column) =>
    pixels.some((gray, at) => gray > 0.01 && at % wanted[1] === column),
  ).filter(Boolean).length;
  expect(inkColumns).toBe(side);
});
