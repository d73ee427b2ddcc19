import type { Split } from '../../contracts/dataset';
import type { DatasetSettings } from '../../contracts/dataset-settings';
import type { ParquetSlice } from '../../contracts/slices';
import { findByName } from '../find-by-name';
import { findLabelProblem, LabelCollector } from '../label-collector';
import type { OpenSource, PlannedSlice, SourceSection } from '../source';
import type { SourceFile, SourceFiles } from '../source-files';
import { fingerprintOf } from '../unusable-source';
import { chooseColumns, type ParquetColumns } from './columns';
import { isParquet, type ParquetMetadata, readColumn, readMetadata } from './parquet-file';

/** Limits the search when the files are beside many others. */
const maxListed = 10_000;
const rowsPerSlice = 10_000;
/** What Hugging Face's datasets gives images without a label. */
const noLabel = -1;

interface ParquetTable {
  readonly file: SourceFile;
  readonly metadata: ParquetMetadata;
  readonly columns: ParquetColumns;
}

/** Tables with a column of images and one of labels, as Hugging Face's datasets writes them. */
export const openParquet: OpenSource = async (files, settings) => {
  const found = await findFiles(files);
  if (found.length === 0) return undefined;
  const { parts, remarks } = divide(found);
  const sections: SourceSection[] = [];
  const problems: string[] = [];
  let classNames: readonly string[] | undefined;
  for (const part of parts) {
    const { section, problems: partProblems, names } = await openPart(part, files, settings);
    problems.push(...partProblems);
    classNames ??= names;
    if (section === undefined) continue;
    const isUnlabeled = section.labels.values.every((value) => value === noLabel);
    if (part.split === 'test' && isUnlabeled) {
      remarks.push(`${part.files[0]!.name} has no labels (${noLabel}), so it is left aside.`);
      sections.splice(0, sections.length, ...sections.map((each) => ({ ...each, split: undefined })));
    } else sections.push(section);
  }
  const used = parts.flatMap((part) => part.files);
  const shown = used
    .slice(0, 4)
    .map(({ name }) => name)
    .join(', ');
  return {
    kind: 'parquet',
    description: `${used.length === 1 ? 'the Parquet file' : `${used.length} Parquet files`} ${shown}${used.length > 4 ? ' …' : ''}`,
    sections,
    ...(classNames && { classNames }),
    fingerprint: fingerprintOf(used),
    remarks,
    problems,
  };
};

async function findFiles(files: SourceFiles): Promise<SourceFile[]> {
  const { named, unnamed } = await findByName(files, (name) => /\.parquet$/i.test(name), maxListed);
  return unnamed !== undefined && (await isParquet(unnamed, files)) ? [unnamed] : named;
}

interface Part {
  readonly split: Split | undefined;
  readonly files: readonly SourceFile[];
}

/** By the first word of the name that is a part: `data/train-00000-of-00002.parquet`, `test/0000.parquet`. */
function divide(found: readonly SourceFile[]): { parts: Part[]; remarks: string[] } {
  const partOf = ({ name }: SourceFile) =>
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .find((word) => ['train', 'test', 'validation', 'val', 'valid'].includes(word));
  const train = found.filter((file) => partOf(file) === 'train');
  const test = found.filter((file) => partOf(file) === 'test');
  const validation = found.filter((file) => partOf(file)?.startsWith('val'));
  if (train.length === 0) return { parts: [{ split: undefined, files: found }], remarks: [] };
  const heldOut = test.length > 0 ? test : validation;
  const remarks = [
    ...(test.length > 0 && validation.length > 0
      ? [`${validation[0]!.name} is left aside, because there are training and test images.`]
      : []),
    ...(test.length === 0 && validation.length > 0
      ? [`There are no test images: ${validation[0]!.name} takes their place.`]
      : []),
  ];
  if (heldOut.length === 0) return { parts: [{ split: undefined, files: train }], remarks };
  return {
    parts: [
      { split: 'train', files: train },
      { split: 'test', files: heldOut },
    ],
    remarks,
  };
}

async function openPart({ split, files: partFiles }: Part, files: SourceFiles, settings: DatasetSettings) {
  const problems: string[] = [];
  const where = `The column of labels of ${partFiles[0]!.name}`;
  const labels = new LabelCollector(where);
  const groups = settings.groupBy === '' ? undefined : new LabelCollector(`The column ${settings.groupBy}`);
  const slices: PlannedSlice[] = [];
  let names: readonly string[] | undefined;
  for (const file of partFiles) {
    const metadata = await readMetadata(file, files);
    const columns = chooseColumns(metadata, file.name, settings);
    if (typeof columns === 'string') {
      problems.push(columns);
      continue;
    }
    names ??= columns.classNames;
    const table = { file, metadata, columns };
    problems.push(...(await collect(table, columns.labels, labels, files)));
    if (groups !== undefined) await collect(table, columns.group!, groups, files);
    slices.push(...planSlices(table, settings));
  }
  if (problems.length > 0) return { section: undefined, problems, names };
  if (labels.rowCount === 0)
    return { section: undefined, problems: [`${partFiles[0]!.name} has no rows.`], names };
  const column = labels.finish();
  const labelProblem = findLabelProblem(column, where);
  const groupColumn = groups?.finish();
  const section: SourceSection = {
    split,
    rowCount: labels.rowCount,
    labels: column,
    slices,
    ...(groupColumn && { groups: groupColumn }),
  };
  return { section, problems: labelProblem === undefined ? [] : [labelProblem], names };
}

/** Reads a column, one row group at a time. */
async function collect(
  table: ParquetTable,
  column: string,
  collector: LabelCollector,
  files: SourceFiles,
): Promise<string[]> {
  const { metadata, file } = table;
  let firstRow = 0;
  for (const group of metadata.row_groups) {
    const rowCount = Number(group.num_rows);
    if (rowCount === 0) continue;
    const values = await readColumn(table, column, group, { firstRow, rowCount }, files);
    for (const [index, value] of values.entries()) {
      const label = toLabel(value);
      if (label === undefined) {
        const what = value === null || value === undefined ? 'no value' : `a value of type ${typeof value}`;
        return [
          `Row ${firstRow + index} of ${file.name} has ${what} in the column ${JSON.stringify(column)}, and a label is a number or a text. Correct or remove this row.`,
        ];
      }
      collector.add(label);
    }
    firstRow += rowCount;
  }
  return [];
}

function toLabel(value: unknown): number | string | undefined {
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
}

/** Small row groups are joined, large ones divided. */
function planSlices({ file, metadata, columns }: ParquetTable, { invert }: DatasetSettings): PlannedSlice[] {
  const { images: column, content } = columns;
  // White paper is the ground of dark ink.
  const shared = { kind: 'parquet', file, column, content, ground: invert ? 255 : 0 } as const;
  const slices: ParquetSlice[] = [];
  let firstRow = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = firstRow + Number(group.num_rows);
    while (firstRow < groupEnd) {
      const current = slices.at(-1);
      const rowCount = Math.min(rowsPerSlice, groupEnd - firstRow);
      if (current !== undefined && current.rowCount + rowCount <= rowsPerSlice)
        slices[slices.length - 1] = { ...current, rowCount: current.rowCount + rowCount };
      else slices.push({ ...shared, firstRow, rowCount });
      firstRow += rowCount;
    }
  }
  return slices.map((slice) => ({ rowCount: slice.rowCount, slice }));
}
