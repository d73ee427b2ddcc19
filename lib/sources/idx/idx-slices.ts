import type { StreamSlice, ValuesSlice } from '../../contracts/slices';
import type { PlannedSlice } from '../source';
import type { IdxFile } from './idx-header';

/** Of the slices of a file that can be read anywhere. */
const maxSliceRows = 10_000;

/** All rows of a file as one slice. */
export function wholeSlice({
  file,
  type,
  shape,
  headerBytes,
  isCompressed,
}: IdxFile): ValuesSlice | StreamSlice {
  const [rowCount = 0, ...rowShape] = shape;
  const array = { file, offset: headerBytes, type, isBigEndian: true, rowShape, rowCount };
  return isCompressed ? { kind: 'stream', compression: 'gzip', ...array } : { kind: 'values', ...array };
}

/** A compressed file can only be read from its beginning, so all of its rows are one slice. */
export function planSlices(idx: IdxFile): PlannedSlice[] {
  const whole = wholeSlice(idx);
  const { rowCount } = whole;
  if (whole.kind === 'stream') return [{ rowCount, slice: whole }];
  return Array.from({ length: Math.ceil(rowCount / maxSliceRows) }, (_, index) => {
    const firstRow = index * maxSliceRows;
    const rows = Math.min(maxSliceRows, rowCount - firstRow);
    return { rowCount: rows, slice: { ...whole, firstRow, rowCount: rows } };
  });
}
