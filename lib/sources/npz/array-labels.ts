import { LabelCollector } from '../label-collector';
import { readNumberRows } from '../numbers/number-rows';
import { findOne } from '../numbers/one-hot';
import type { TypedValues } from '../numbers/typed-values';
import type { LabelColumn } from '../source';
import type { SourceFiles } from '../source-files';
import { unusableSource } from '../unusable-source';
import { sliceOf } from './array-slices';
import type { FoundArray } from './find-arrays';

export interface ArrayLabels {
  readonly labels: LabelColumn;
  readonly remarks: readonly string[];
}

/** More columns are no labels. */
const maxColumns = 10_000;

/**
 * Reads labels: numbers, texts, a column of one of them, or one-hot rows.
 *
 * @throws PermanentError InvalidDataset for another layout.
 */
export async function readArrayLabels(array: FoundArray, files: SourceFiles): Promise<ArrayLabels> {
  const { where, header } = array;
  const { shape, type, itemBytes } = header;
  const [count = 0, columns = 1] = shape;
  const isOneHot = shape.length === 2 && columns > 1;
  const isText = type === 'unicode' || type === 'bytes';
  if (shape.length < 1 || shape.length > 2 || columns < 1 || columns > maxColumns || (isOneHot && isText)) {
    throw unusableSource(
      where,
      `has the shape ${shape.join('×') || '()'}, and labels have one dimension, one column, or one-hot rows`,
      'Name the array of the labels with --labels-column.',
    );
  }
  const collector = new LabelCollector(where, count);
  if (isText && itemBytes === 0) for (let row = 0; row < count; row += 1) collector.add('');
  else if (count > 0) {
    const slice = isText
      ? sliceOf(array, type === 'unicode' ? 'uint32' : 'uint8', [
          type === 'unicode' ? itemBytes / 4 : itemBytes,
        ])
      : sliceOf(array, type!, isOneHot ? [columns] : []);
    for await (const { values, rowCount } of readNumberRows(slice, files)) {
      const width = values.length / rowCount;
      for (let row = 0; row < rowCount; row += 1) {
        const start = row * width;
        if (isText) collector.add(toText(values.subarray(start, start + width)));
        else if (isOneHot) {
          const position = findOne(values, start, columns);
          if (position === undefined) throw notOneHot(where, columns, collector.rowCount);
          collector.add(position);
        } else collector.add(values[row]!);
      }
    }
  }
  const remarks = isOneHot
    ? [`${where} has one-hot rows of ${columns}: the position of the 1 is used as the class.`]
    : [];
  return { labels: collector.finish(), remarks };
}

/** Padded with zeros; bytes are taken as Latin-1, as NumPy's own conversion does for ASCII. */
function toText(characters: TypedValues): string {
  let length = characters.length;
  while (length > 0 && characters[length - 1] === 0) length -= 1;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    const character = characters[index]!;
    text += character <= 0x10ffff ? String.fromCodePoint(character) : '\ufffd';
  }
  return text;
}

function notOneHot(where: string, columns: number, row: number) {
  return unusableSource(
    where,
    `has ${columns} columns, and row ${row} is not one-hot: it needs a single 1 among zeros`,
    'Save one label for each image, or name the array of the labels with --labels-column.',
  );
}
