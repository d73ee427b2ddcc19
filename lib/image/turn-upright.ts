interface Pixels {
  /** [height · width · 4], row-major. */
  readonly rgba: Uint8Array;
  readonly shape: readonly [number, number];
}

/**
 * The position in the stored image of pixel (row, column) of the upright image, by EXIF orientation. `bottom` and `right`
 * are the last row and column of the stored image.
 */
const sources: Readonly<
  Record<number, (row: number, column: number, bottom: number, right: number) => readonly [number, number]>
> = {
  2: (row, column, _, right) => [row, right - column],
  3: (row, column, bottom, right) => [bottom - row, right - column],
  4: (row, column, bottom) => [bottom - row, column],
  5: (row, column) => [column, row],
  6: (row, column, bottom) => [bottom - column, row],
  7: (row, column, bottom, right) => [bottom - column, right - row],
  8: (row, column, _, right) => [column, right - row],
};

/** @param orientation - of EXIF: 1 is upright; from 5 on, width and height are swapped. */
export function turnUpright(pixels: Pixels, orientation: number): Pixels {
  const source = sources[orientation];
  if (source === undefined) return pixels;
  const [height, width] = pixels.shape;
  const shape = orientation >= 5 ? ([width, height] as const) : pixels.shape;
  const stored = new Uint32Array(pixels.rgba.buffer, pixels.rgba.byteOffset, height * width);
  const upright = new Uint32Array(height * width);
  for (let row = 0; row < shape[0]; row += 1) {
    for (let column = 0; column < shape[1]; column += 1) {
      const [fromRow, fromColumn] = source(row, column, height - 1, width - 1);
      upright[row * shape[1] + column] = stored[fromRow * width + fromColumn]!;
    }
  }
  return { rgba: new Uint8Array(upright.buffer), shape };
}
