import type { Conversion } from '../contracts/conversion';
import { valuesPerImage } from '../contracts/image-shape';
import { readSlice } from '../sources/read-slice';
import type { PlannedSlice, Source } from '../sources/source';
import type { SourceFiles } from '../sources/source-files';
import { convertRows } from './conversion/convert-rows';

/** The part of the source that is looked at: this many slices of each section, evenly spaced, and their first images. */
const lookedAtSlices = 16;
const lookedAtRows = 256;

/**
 * The first images of each class, as a training gets them. Only some of the slices are looked at, so a class that is
 * nowhere near the beginning of one may have none.
 *
 * @param classes - of every image, over all sections.
 * @returns for each class up to `count` images, [...imageShape].
 */
export async function chooseExamples(
  source: Source,
  files: SourceFiles,
  {
    conversion,
    classNames,
    classes,
  }: {
    readonly conversion: Conversion;
    readonly classNames: readonly string[];
    readonly classes: Uint8Array;
  },
  count: number,
): Promise<Uint8Array[][]> {
  const examples: Uint8Array[][] = classNames.map(() => []);
  let firstRow = 0;
  for (const { slices } of source.sections) {
    const every = Math.ceil(slices.length / lookedAtSlices);
    for (const [index, planned] of slices.entries()) {
      const rowsHere = classes.subarray(firstRow, firstRow + planned.rowCount);
      firstRow += planned.rowCount;
      const wanted = index % every === 0 ? chooseRows(rowsHere, examples, count, planned) : new Map();
      if (wanted.size > 0) await readRows(planned, files, conversion, wanted, examples);
    }
  }
  return examples;
}

/** Rows of a slice whose class has too few examples, with the class. */
function chooseRows(
  classes: Uint8Array,
  examples: readonly Uint8Array[][],
  count: number,
  { slice }: PlannedSlice,
): Map<number, number> {
  const missing = examples.map(({ length }) => count - length);
  const wanted = new Map<number, number>();
  // Rows of uncompressed numbers are read one by one, so all of them can be looked at.
  const rows = slice.kind === 'values' ? classes.length : Math.min(classes.length, lookedAtRows);
  for (let row = 0; row < rows; row += 1) {
    const label = classes[row]!;
    if ((missing[label] ?? 0) <= 0) continue;
    missing[label]! -= 1;
    wanted.set(row, label);
  }
  return wanted;
}

async function readRows(
  { slice, names = [] }: PlannedSlice,
  files: SourceFiles,
  conversion: Conversion,
  wanted: ReadonlyMap<number, number>,
  examples: Uint8Array[][],
): Promise<void> {
  const imageValues = valuesPerImage(conversion.imageShape);
  if (slice.kind === 'values') {
    for (const [row, label] of wanted) {
      const single = { ...slice, firstRow: (slice.firstRow ?? 0) + row, rowCount: 1 };
      for await (const block of readSlice(single, files, [])) {
        if ('values' in block) examples[label]!.push(convertRows(block, conversion).pixels.slice());
      }
    }
    return;
  }
  const last = Math.max(...wanted.keys());
  let firstRow = 0;
  for await (const block of readSlice(slice, files, names)) {
    if ('values' in block) {
      const { pixels, problems } = convertRows(block, conversion);
      for (let row = 0; row < block.rowCount && problems.length === 0; row += 1) {
        const label = wanted.get(firstRow + row);
        if (label !== undefined)
          examples[label]!.push(pixels.slice(row * imageValues, (row + 1) * imageValues));
      }
    }
    firstRow += block.rowCount;
    if (firstRow > last) return;
  }
}
