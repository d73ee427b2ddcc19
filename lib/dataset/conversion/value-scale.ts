import type { Conversion } from '../../contracts/conversion';
import { valuesPerImage } from '../../contracts/image-shape';
import type { ImageRows } from './image-rows';

const maxByte = 255;

/**
 * `black` becomes 0, `white` 255, and what is between them the nearest byte; inverted if the conversion says so.
 *
 * @returns [rows, ...shape]; the array of the source if it needs no change.
 */
export function scaleValues(
  rows: ImageRows,
  { white, black, invert }: Pick<Conversion, 'white' | 'black' | 'invert'>,
): { readonly pixels: Uint8Array; readonly problems: readonly string[] } {
  const { values, shape, rowCount, nameOf } = rows;
  if (values instanceof Uint8Array && white === maxByte && black === 0)
    return { pixels: invert ? values.map((value) => maxByte - value) : values, problems: [] };
  const pixels = new Uint8Array(values.length);
  const problems: string[] = [];
  const imageValues = valuesPerImage(shape);
  for (let row = 0; row < rowCount; row += 1) {
    let outside: number | undefined;
    for (let at = row * imageValues; at < (row + 1) * imageValues; at += 1) {
      const byte = Math.round((maxByte * (values[at]! - black)) / (white - black));
      if (!(byte >= 0 && byte <= maxByte)) outside ??= values[at]!;
      pixels[at] = invert ? maxByte - byte : byte;
    }
    if (outside !== undefined) problems.push(describeOutside(nameOf(row), outside, white, black));
  }
  return { pixels, problems };
}

function describeOutside(name: string, value: number, white: number, black: number): string {
  const remedy = Number.isFinite(value)
    ? 'Correct this image, or give the value of white in the whole dataset with --white.'
    : 'Correct or remove this image.';
  return `${name} has the value ${value}, and the values of this dataset go from ${black} (black) to ${white} (white). ${remedy}`;
}
