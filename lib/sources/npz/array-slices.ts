import type { Slice, StreamSlice, ValuesSlice, ValueType } from '../../contracts/slices';
import type { PlannedSlice } from '../source';
import type { FoundArray } from './find-arrays';

const rowsPerSlice = 10_000;

/** All rows of an array of at least one row. */
export function sliceOf(
  { file, header, content }: FoundArray,
  type: ValueType,
  rowShape: readonly number[],
): ValuesSlice | StreamSlice {
  const { isBigEndian, shape } = header;
  return { ...content, file, type, isBigEndian, rowShape: [...rowShape], rowCount: shape[0]! };
}

/** Any row of a stored array can be read by itself; a compressed one is read from its beginning. */
export function planArraySlices(all: Slice & (ValuesSlice | StreamSlice)): PlannedSlice[] {
  if (all.kind === 'stream') return [{ rowCount: all.rowCount, slice: all }];
  return Array.from({ length: Math.ceil(all.rowCount / rowsPerSlice) }, (_, index) => {
    const firstRow = index * rowsPerSlice;
    const rowCount = Math.min(rowsPerSlice, all.rowCount - firstRow);
    return { rowCount, slice: { ...all, firstRow, rowCount } };
  });
}
