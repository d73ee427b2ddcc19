import type { DatasetSettings } from '../../contracts/dataset-settings';
import type { CsvSlice } from '../../contracts/slices';
import { type CsvRow, splitFields } from './rows';

/** What the columns of a table are. */
export interface CsvLayout {
  readonly delimiter: CsvSlice['delimiter'];
  readonly columnCount: number;
  readonly hasHeader: boolean;
  /** Index of the column; `undefined` for a table without labels. */
  readonly label: number | undefined;
  /** For `groupBy`. */
  readonly group: number | undefined;
  /** Columns of the pixels, as ranges [from, to) in order. */
  readonly pixels: readonly (readonly [from: number, to: number])[];
  readonly imageShape: readonly [height: number, width: number];
  readonly remarks: readonly string[];
}

const delimiters = [',', ';', '\t'] as const;
const labelNames = ['label', 'labels', 'class', 'classes', 'target', 'targets', 'y', 'digit', 'category'];
const pixelName = /^(?:pixel|pix|px|p|x|f|v)?[ _.-]?\d+$|^\d+x\d+$/i;
const sizedName = /^(\d+)x(\d+)$/i;
/** What pandas writes for its index, and the numbers of rows of other programs. */
const indexNames = ['', 'unnamed: 0', 'index', 'id', 'imageid', 'image_id'];

const isNumber = (text: string) => text !== '' && Number.isFinite(Number(text));

function chooseDelimiter(row: CsvRow): CsvSlice['delimiter'] {
  const counts = delimiters.map((delimiter) => splitFields(row, delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

/**
 * Interprets the columns by the names of the header, or by the values of the first rows.
 *
 * @param sample - the first rows, with the header if there is one.
 * @returns a sentence if the table cannot be read as images.
 */
export function readLayout(
  sample: readonly CsvRow[],
  fileName: string,
  settings: Pick<DatasetSettings, 'imagesColumn' | 'labelsColumn' | 'groupBy'>,
): CsvLayout | string {
  const [first] = sample;
  if (first === undefined) return `${fileName} is empty. Export it again.`;
  const delimiter = chooseDelimiter(first);
  const rows = sample.map((row) => splitFields(row, delimiter));
  const hasHeader = isHeader(rows[0]!);
  const names = hasHeader ? rows[0]! : rows[0]!.map(() => undefined);
  const values = hasHeader ? rows.slice(1) : rows;
  if (values.length === 0) return `${fileName} has a header and no rows. Export it again.`;
  const label = findLabel(names, values, settings.labelsColumn, fileName);
  if (typeof label === 'string') return label;
  const group = findGroup(names, settings.groupBy, fileName);
  if (typeof group === 'string') return group;
  const used = [label.index, group];
  const pixels = findPixels(names, used, settings.imagesColumn);
  const imageShape = findShape(
    pixels.map((index) => names[index]),
    pixels.length,
  );
  if (imageShape === undefined) {
    return `${fileName} has ${names.length} columns, and ${pixels.length} of them are taken as pixels, which is no square. Name the pixels by row and column, 1x1, 1x2 and so on, or name the column of the labels with --labels-column.`;
  }
  const ignored = names.flatMap((name, index) =>
    used.includes(index) || pixels.includes(index) ? [] : [JSON.stringify(name ?? index + 1)],
  );
  return {
    delimiter,
    columnCount: names.length,
    hasHeader,
    label: label.index,
    group,
    pixels: toRanges(pixels),
    imageShape,
    remarks: [
      ...(label.remark === undefined ? [] : [label.remark]),
      ...(ignored.length === 0
        ? []
        : [
            `${fileName}: ${ignored.length === 1 ? 'the column' : 'the columns'} ${ignored.slice(0, 5).join(', ')}${ignored.length > 5 ? ` and ${ignored.length - 5} more` : ''} ${ignored.length === 1 ? 'is' : 'are'} not used.`,
          ]),
    ],
  };
}

/** Texts, or the numbers 0, 1, 2 … that pandas gives columns without names. */
function isHeader(fields: readonly string[]): boolean {
  const numbers = fields.filter(isNumber);
  if (numbers.length <= fields.length / 2) return true;
  const start = Number(numbers[0]);
  const isNumbering = start === 0 || start === 1;
  return isNumbering && numbers.length > 2 && numbers.every((text, index) => Number(text) === start + index);
}

type Names = readonly (string | undefined)[];

function findNamed(names: Names, wanted: string): number {
  const exact = names.indexOf(wanted);
  if (exact >= 0) return exact;
  return names.findIndex((name) => name?.toLowerCase() === wanted.toLowerCase());
}

interface Label {
  readonly index: number | undefined;
  readonly remark?: string;
}

function findLabel(
  names: Names,
  values: readonly string[][],
  wanted: string,
  fileName: string,
): Label | string {
  const last = names.length - 1;
  const hasNames = names[0] !== undefined;
  if (wanted !== '') {
    const position = { first: 0, last }[wanted] ?? (hasNames ? -1 : Number(wanted) - 1);
    const named = hasNames ? findNamed(names, wanted) : -1;
    const index = named >= 0 ? named : position;
    if (index in names) return { index };
    return hasNames
      ? `${fileName} has no column ${JSON.stringify(wanted)} for --labels-column. Its columns are ${list(names)}.`
      : `${fileName} has no header, so --labels-column ${JSON.stringify(wanted)} is not known. Give first, last, or a number from 1 to ${names.length}.`;
  }
  if (!hasNames) {
    if (findShape([], last) !== undefined) return findByValues(names.length, values, fileName);
    return { index: findShape([], names.length) === undefined ? 0 : undefined };
  }
  for (const name of labelNames) {
    const index = findNamed(names, name);
    if (index >= 0) return { index };
  }
  const others = names.flatMap((name, index) =>
    pixelName.test(name!) || indexNames.includes(name!.toLowerCase()) ? [] : [index],
  );
  if (others.length === 1) return { index: others[0]! };
  if (others.length === 0) return { index: undefined };
  return findByValues(names.length, values, fileName, names);
}

/** A value that nearly all rows have is the color of the border of images, and no label. */
const maxShare = 0.9;

/** The label is the first or the last column: one with texts, or the one with fewer different numbers. */
function findByValues(
  columnCount: number,
  values: readonly string[][],
  fileName: string,
  names: Names = [],
): Label {
  const last = columnCount - 1;
  const isLast = labelScore(values, last) < labelScore(values, 0);
  const index = isLast ? last : 0;
  const [place, other] = isLast ? ['last', 'first'] : ['first', 'last'];
  const named = names[index] === undefined ? '' : ` ${JSON.stringify(names[index])}`;
  return {
    index,
    remark: `${fileName}: the ${place} column${named} is taken as the label. If it is the ${other} one, give --labels-column ${names[isLast ? 0 : last] ?? other}.`,
  };
}

/** How little a column is like labels. */
function labelScore(values: readonly string[][], column: number): number {
  const counts = new Map<string, number>();
  for (const row of values) counts.set(row[column] ?? '', (counts.get(row[column] ?? '') ?? 0) + 1);
  if ([...counts.keys()].some((text) => !isNumber(text))) return 0;
  const isBorder = Math.max(...counts.values()) > maxShare * values.length;
  return isBorder ? Number.POSITIVE_INFINITY : counts.size;
}

function findGroup(names: Names, groupBy: string, fileName: string): number | string | undefined {
  if (groupBy === '') return undefined;
  const index = findNamed(names, groupBy);
  if (index >= 0) return index;
  return names[0] === undefined
    ? `${fileName} has no header, so --group-by ${JSON.stringify(groupBy)} names no column. Add a header.`
    : `${fileName} has no column ${JSON.stringify(groupBy)} for --group-by. Its columns are ${list(names)}.`;
}

function findPixels(names: Names, used: readonly (number | undefined)[], prefix: string): number[] {
  const free = names.flatMap((_, index) => (used.includes(index) ? [] : [index]));
  if (names[0] === undefined) return free;
  if (prefix !== '') return free.filter((index) => names[index]!.startsWith(prefix));
  const named = free.filter((index) => pixelName.test(names[index]!));
  if (named.length > 0) return named;
  return free.filter((index) => !indexNames.includes(names[index]!.toLowerCase()));
}

/** `undefined` unless the names or the number of the pixels say their height and width. */
function findShape(
  names: readonly (string | undefined)[],
  count: number,
): readonly [number, number] | undefined {
  const sizes = names.map((name) => sizedName.exec(name ?? ''));
  if (count > 0 && sizes.length === count && sizes.every((size) => size !== null)) {
    const rows = new Set(sizes.map((size) => Number(size![1])));
    const columns = new Set(sizes.map((size) => Number(size![2])));
    if (rows.size * columns.size === count) return [rows.size, columns.size];
  }
  const side = Math.round(Math.sqrt(count));
  return side > 1 && side * side === count ? [side, side] : undefined;
}

function toRanges(indexes: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const current = ranges.at(-1);
    if (current?.[1] === index) current[1] = index + 1;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}

function list(names: Names): string {
  const shown = names.slice(0, 10).map((name) => JSON.stringify(name));
  return `${shown.join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
}
