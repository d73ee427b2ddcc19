import type { ImageShape } from '../../contracts/image-shape';
import type { StreamSlice, ValuesSlice } from '../../contracts/slices';
import type { RawRows } from '../source';
import type { SourceFiles } from '../source-files';
import { readNumberRows } from './number-rows';
import type { TypedValues } from './typed-values';

/** How the values of an image lie in its row. */
interface ImageLayout {
  readonly shape: ImageShape;
  /** [3, height, width], as PyTorch has it, instead of [height, width, 3]. */
  readonly isPlanar: boolean;
}

/** `undefined` for a row that is no image: other than [height, width], with 1 or 3 channels at either end. */
export function imageLayoutOf(rowShape: readonly number[]): ImageLayout | undefined {
  const [first = 0, second = 0, third] = rowShape;
  if (rowShape.length === 2) return { shape: [first, second], isPlanar: false };
  if (rowShape.length !== 3 || third === undefined) return undefined;
  if (third === 1) return { shape: [first, second], isPlanar: false };
  if (first === 1) return { shape: [second, third], isPlanar: false };
  if (third === 3) return { shape: [first, second, 3], isPlanar: false };
  return first === 3 ? { shape: [second, third, 3], isPlanar: true } : undefined;
}

/** Reads a slice whose rows are images. */
export async function* readImageRows(
  slice: ValuesSlice | StreamSlice,
  files: SourceFiles,
): AsyncGenerator<RawRows> {
  const { shape, isPlanar } = imageLayoutOf(slice.rowShape)!;
  let firstRow = slice.firstRow ?? 0;
  for await (const { values, rowCount } of readNumberRows(slice, files)) {
    const start = firstRow;
    const nameOf = (row: number) => `image ${start + row} of ${slice.file.name}`;
    yield { values: isPlanar ? interleave(values, shape) : values, shape, rowCount, nameOf };
    firstRow += rowCount;
  }
}

function interleave(values: TypedValues, [height, width]: ImageShape): TypedValues {
  const interleaved = values.slice();
  const pixels = height * width;
  for (let start = 0; start < values.length; start += 3 * pixels) {
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      for (let channel = 0; channel < 3; channel += 1)
        interleaved[start + 3 * pixel + channel] = values[start + channel * pixels + pixel]!;
    }
  }
  return interleaved;
}
