import { shortenValue } from '../../contracts/shorten';
import type { CsvSlice } from '../../contracts/slices';
import { type CsvRow, splitFields } from './rows';

const quote = 34;
const zero = 48;

export interface ParsedRow {
  /** No fractions. */
  readonly isWhole: boolean;
  /** For a row that cannot be read; goes on after its name. */
  readonly problem?: string;
}

/** Writes the pixels of a row into `target`. */
export type ParseRow = (row: CsvRow, target: Float64Array) => ParsedRow;

/** The parser of the rows of one table. Whole numbers without blanks and quotes, the usual case, take a short path. */
export function rowParser(slice: Pick<CsvSlice, 'file' | 'delimiter' | 'columnCount' | 'pixels'>): ParseRow {
  const { columnCount, pixels } = slice;
  const delimiter = slice.delimiter.charCodeAt(0);
  /** For each column, its place among the pixels, or -1. */
  const placeOf = new Int32Array(columnCount).fill(-1);
  let places = 0;
  for (const [from, to] of pixels)
    for (let column = from; column < to; column += 1) placeOf[column] = places++;

  const parseFast = ({ bytes }: CsvRow, target: Float64Array): boolean => {
    let column = 0;
    let value = 0;
    let digits = 0;
    for (let at = 0; at <= bytes.length; at += 1) {
      const byte = at === bytes.length ? delimiter : bytes[at]!;
      if (byte === delimiter) {
        if (column === columnCount) return false;
        const place = placeOf[column]!;
        if (place >= 0) {
          if (digits < 1 || digits > 15) return false;
          target[place] = value;
        }
        column += 1;
        value = 0;
        digits = 0;
        continue;
      }
      if (byte === quote) return false;
      const digit = byte - zero;
      // NaN would also be no digit: columns that are no pixels have any text.
      if (placeOf[column]! >= 0 && !(digit >= 0 && digit <= 9)) return false;
      value = value * 10 + digit;
      digits += 1;
    }
    return column === columnCount;
  };

  const parseSlowly = (row: CsvRow, target: Float64Array): ParsedRow => {
    const fields = splitFields(row, slice.delimiter);
    if (fields.length !== columnCount) {
      const problem = `it has ${fields.length} fields, and the first row has ${columnCount}. Correct or remove this line.`;
      return { isWhole: true, problem };
    }
    let isWhole = true;
    for (let column = 0; column < columnCount; column += 1) {
      const place = placeOf[column]!;
      if (place < 0) continue;
      const text = fields[column]!;
      const value = text === '' ? Number.NaN : Number(text);
      if (Number.isNaN(value)) {
        const found = text === '' ? 'nothing' : shortenValue(JSON.stringify(text));
        const problem = `it has ${found} in column ${column + 1}, and a pixel is a number. Correct or remove this line.`;
        return { isWhole, problem };
      }
      isWhole &&= Number.isInteger(value);
      target[place] = value;
    }
    return { isWhole };
  };

  return (row, target) => (parseFast(row, target) ? { isWhole: true } : parseSlowly(row, target));
}
