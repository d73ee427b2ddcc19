import type { LabelCollector } from '../label-collector';
import type { PlannedSlice } from '../source';
import type { SourceFile, SourceFiles } from '../source-files';
import { readText } from './csv-text';
import type { CsvLayout } from './layout';
import { type CsvRow, splitFields, splitRows } from './rows';

/** A file with the meaning of its columns. */
export interface CsvTable {
  readonly file: SourceFile;
  readonly isGzip: boolean;
  readonly layout: CsvLayout;
}

export interface SectionColumns {
  readonly labels: LabelCollector;
  readonly groups: LabelCollector | undefined;
}

const rowsPerSlice = 10_000;
const maxProblems = 20;
const quote = 34;

/**
 * Reads a table once: its labels, and where every 10,000th row begins.
 *
 * @param columns - are filled.
 */
export async function planTable(
  { file, isGzip, layout }: CsvTable,
  columns: SectionColumns,
  files: SourceFiles,
): Promise<{ readonly slices: PlannedSlice[]; readonly problems: string[] }> {
  const { delimiter, columnCount, pixels, imageShape, label, group } = layout;
  const starts: { offset: number; line: number; firstRow: number }[] = [];
  const problems: string[] = [];
  let isHeader = layout.hasHeader;
  let count = 0;
  let end = 0;
  const text = readText({ file, isGzip, start: 0, end: file.bytes }, files);
  for await (const rows of splitRows(text, file.name)) {
    for (const row of rows) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const isSliceStart = isGzip ? count === 0 : count % rowsPerSlice === 0;
      if (isSliceStart) starts.push({ offset: row.offset, line: row.line, firstRow: count });
      count += 1;
      end = row.offset + row.bytes.length;
      const value = label === undefined ? undefined : readField(row, delimiter, label, columnCount);
      if (value === undefined || value === '') {
        const found = value === undefined ? 'too few fields' : 'no label';
        if (problems.length < maxProblems)
          problems.push(`line ${row.line} of ${file.name} has ${found}. Correct or remove this line.`);
      }
      columns.labels.add(value ?? '');
      columns.groups?.add(readField(row, delimiter, group!, columnCount) ?? '');
    }
  }
  const slices = starts.map(({ offset, line, firstRow }, index): PlannedSlice => {
    const next = starts[index + 1];
    const rowCount = (next?.firstRow ?? count) - firstRow;
    const range = { start: offset, end: next?.offset ?? end, firstLine: line };
    const ranges = pixels.map(([from, to]): [number, number] => [from, to]);
    const slice = { kind: 'csv', file, isGzip, ...range, rowCount, delimiter, columnCount } as const;
    return { rowCount, slice: { ...slice, pixels: ranges, imageShape } };
  });
  return { slices, problems };
}

/** Without dividing the whole row, which has many fields. `undefined` for a row with too few. */
function readField(row: CsvRow, delimiter: string, column: number, columnCount: number): string | undefined {
  const { bytes } = row;
  if (bytes.includes(quote)) return splitFields(row, delimiter)[column];
  if (column === columnCount - 1) {
    const start = bytes.lastIndexOf(delimiter);
    return start < 0 ? undefined : bytes.toString('utf8', start + 1).trim();
  }
  let start = 0;
  for (let skipped = 0; skipped < column; skipped += 1) {
    const next = bytes.indexOf(delimiter, start);
    if (next < 0) return undefined;
    start = next + 1;
  }
  const end = bytes.indexOf(delimiter, start);
  return end < 0 ? undefined : bytes.toString('utf8', start, end).trim();
}
