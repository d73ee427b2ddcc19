import type { Split } from '../../contracts/dataset';
import type { DatasetSettings } from '../../contracts/dataset-settings';
import { isImageName } from '../../image/image-name';
import { findByName } from '../find-by-name';
import { findLabelProblem, LabelCollector } from '../label-collector';
import type { OpenSource, SourceSection } from '../source';
import type { SourceFile, SourceFiles } from '../source-files';
import { fingerprintOf } from '../unusable-source';
import { assertText, isGzipFile, readText } from './csv-text';
import { type CsvLayout, readLayout } from './layout';
import { type CsvRow, splitRows } from './rows';
import { type CsvTable, planTable } from './table-rows';

/** Limits the search when tables are beside many other files. */
const maxListed = 2_000;
const maxTables = 100;
const maxSampleRows = 1_000;
const maxSampleBytes = 2 ** 20;

const isTableName = (name: string) => /\.(csv|tsv)(\.gz)?$/i.test(name);

/** Tables with a row of pixels for each image, as Kaggle's train.csv. */
export const openCsv: OpenSource = async (files, settings) => {
  const candidates = await findTables(files);
  const read: ReadTable[] = [];
  for (const file of candidates) {
    const found = await readTable(file, files, settings);
    if (found !== undefined) read.push(found);
  }
  if (read.length === 0) return undefined;
  const { sections, leftAside, problems } = divide(read);
  const remarks = [...leftAside];
  const planned: SourceSection[] = [];
  for (const { split, tables } of sections) {
    const found = await planSection(split, tables, files, settings);
    planned.push(found.section);
    remarks.push(...tables.flatMap(({ layout }) => layout.remarks));
    problems.push(...found.problems);
  }
  const tables = sections.flatMap((section) => section.tables);
  const used = tables.length > 0 ? tables : read;
  return {
    kind: 'csv',
    description: `${used.length === 1 ? 'the table' : 'the tables'} ${used
      .map(({ file }) => file.name)
      .slice(0, 4)
      .join(', ')} with a row of pixels for each image`,
    sections: planned,
    fingerprint: fingerprintOf(used.map(({ file }) => file)),
    remarks,
    problems,
  };
};

/** A folder with images is a folder of images, whatever tables are beside them. */
async function findTables(files: SourceFiles): Promise<SourceFile[]> {
  const isWanted = (name: string) => isTableName(name) || isImageName(name);
  const { named, unnamed } = await findByName(files, isWanted, maxListed);
  if (unnamed !== undefined) return (await isText(unnamed, files)) ? [unnamed] : [];
  if (named.some(({ name }) => isImageName(name))) return [];
  return named.slice(0, maxTables);
}

async function readBeginning(file: SourceFile, files: SourceFiles): Promise<Uint8Array> {
  const isGzip = await isGzipFile(file, files);
  const end = Math.min(file.bytes, maxSampleBytes);
  for await (const chunk of readText({ file, isGzip, start: 0, end }, files)) return chunk;
  return new Uint8Array(0);
}

/** A file whose name does not tell what it is: printable text with numbers and commas. */
async function isText(file: SourceFile, files: SourceFiles): Promise<boolean> {
  const beginning = Buffer.from((await readBeginning(file, files)).subarray(0, 4096)).toString('latin1');
  return /^[\t\r\n\x20-\x7e\x80-\xff]+$/.test(beginning) && (beginning.match(/\d[,;\t]/g) ?? []).length > 3;
}

type ReadTable = Omit<CsvTable, 'layout'> & { readonly layout: CsvLayout | string };

async function readTable(
  file: SourceFile,
  files: SourceFiles,
  settings: DatasetSettings,
): Promise<ReadTable | undefined> {
  const isGzip = await isGzipFile(file, files);
  const sample: CsvRow[] = [];
  let bytes = 0;
  for await (const rows of splitRows(
    readText({ file, isGzip, start: 0, end: file.bytes }, files),
    file.name,
  )) {
    if (sample.length === 0) assertText(rows[0]!.bytes, file.name);
    for (const row of rows) {
      if (sample.length > 0 && (sample.length === maxSampleRows || bytes > maxSampleBytes)) break;
      // A copy, because a row is a view of a large chunk.
      sample.push({ ...row, bytes: Buffer.from(row.bytes) });
      bytes += row.bytes.length;
    }
    if (sample.length === maxSampleRows || bytes > maxSampleBytes) break;
  }
  return { file, isGzip, layout: readLayout(sample, file.name, settings) };
}

interface Section {
  readonly split: Split | undefined;
  readonly tables: readonly CsvTable[];
}

/** By the names: a file of training images and one of test images, or one or more to be divided. */
function divide(read: readonly ReadTable[]) {
  const leftAside: string[] = [];
  const readable = read.filter((table): table is CsvTable => typeof table.layout !== 'string');
  const labeled = readable.filter(({ layout }) => layout.label !== undefined);
  const unlabeled = readable.filter(({ layout }) => layout.label === undefined);
  for (const { file } of labeled.length > 0 ? unlabeled : [])
    leftAside.push(`${file.name} has no labels, so it is left aside, as Kaggle's test.csv.`);
  const partsOf = (part: RegExp) => labeled.filter(({ file }) => part.test(file.name));
  const train = partsOf(/(^|[^a-z])train/i);
  const test = partsOf(/(^|[^a-z])(test|t10k)/i).filter((table) => !train.includes(table));
  const isDivided = train.length > 0 && test.length > 0;
  const whole = train.length > 0 ? train : labeled;
  const sections: Section[] = isDivided
    ? [
        { split: 'train', tables: train },
        { split: 'test', tables: test },
      ]
    : whole.length > 0
      ? [{ split: undefined, tables: whole }]
      : [];
  const used = sections.flatMap(({ tables }) => tables);
  for (const { file } of labeled.filter((table) => !used.includes(table)))
    leftAside.push(`${file.name} is left aside, because its name says neither train nor test.`);
  const problems = findTableProblems(read, used, unlabeled);
  for (const { file } of read.filter(({ layout }) => typeof layout === 'string' && used.length > 0))
    leftAside.push(`${file.name} is left aside, because it has no columns of pixels.`);
  return { sections, leftAside, problems };
}

function findTableProblems(
  read: readonly ReadTable[],
  used: readonly CsvTable[],
  unlabeled: readonly CsvTable[],
): string[] {
  const [first] = used;
  if (first === undefined) {
    const sentences = read.flatMap(({ layout }) => (typeof layout === 'string' ? [layout] : []));
    return [
      ...sentences,
      ...unlabeled.map(
        ({ file }) => `${file.name} has no column of labels. Name it with --labels-column, if there is one.`,
      ),
    ];
  }
  const sizeOf = ({ layout }: CsvTable) => layout.imageShape.join('×');
  return used
    .filter((table) => sizeOf(table) !== sizeOf(first))
    .map(
      (table) =>
        `${table.file.name} has images of ${sizeOf(table)} pixels, and ${first.file.name} of ${sizeOf(first)}. Export both in one size.`,
    );
}

async function planSection(
  split: Split | undefined,
  tables: readonly CsvTable[],
  files: SourceFiles,
  { groupBy }: DatasetSettings,
) {
  const where = `The label column of ${tables
    .map(({ file }) => file.name)
    .slice(0, 4)
    .join(', ')}`;
  const columns = {
    labels: new LabelCollector(where),
    groups: groupBy === '' ? undefined : new LabelCollector(`The column ${groupBy}`),
  };
  const slices: SourceSection['slices'][number][] = [];
  const problems: string[] = [];
  for (const table of tables) {
    const planned = await planTable(table, columns, files);
    slices.push(...planned.slices);
    problems.push(...planned.problems);
  }
  const labels = columns.labels.finish();
  const labelProblem = findLabelProblem(labels, where);
  if (labelProblem !== undefined) problems.push(labelProblem);
  const groups = columns.groups?.finish();
  const section: SourceSection = {
    split,
    rowCount: columns.labels.rowCount,
    labels,
    slices,
    ...(groups && { groups }),
  };
  return { section, problems };
}
