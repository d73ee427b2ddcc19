import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sliceSchema } from '../../../lib/contracts/slices';
import { openCsv } from '../../../lib/sources/csv/open-csv';
import { splitFields, splitRows } from '../../../lib/sources/csv/rows';
import { useScratchFolder } from '../../support/scratch-folder';
import { datasetSettings, openFilesOf, readSection } from '../../support/source-rows';

const scratch = useScratchFolder();
type Settings = Parameters<typeof datasetSettings>[0];

async function open(contents: Record<string, Uint8Array | string>, settings: Settings = {}) {
  const files = await openFilesOf(scratch, contents);
  const source = await openCsv(files, datasetSettings(settings));
  if (source === undefined) throw new Error('not recognized');
  return { source, files };
}

async function readOnly(text: string | Uint8Array, settings: Settings = {}, name = 'x.csv') {
  const { source, files } = await open({ [name]: text }, settings);
  expect(source.problems).toEqual([]);
  expect(source.sections).toHaveLength(1);
  return { ...(await readSection(source.sections[0]!, files)), remarks: source.remarks };
}

const kaggle = 'label,pixel0,pixel1,pixel2,pixel3\n5,0,1,2,3\n0,4,5,6,255\n5,7,8,9,10\n';
const expected = { values: [0, 1, 2, 3, 4, 5, 6, 255, 7, 8, 9, 10], labels: [5, 0, 5], shape: [2, 2] };

test("Kaggle's files: test.csv without labels is left aside, and so is the sample", async () => {
  const { source, files } = await open({
    'train.csv': kaggle,
    'test.csv': 'pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n',
    'sample_submission.csv': 'ImageId,Label\n1,0\n2,0\n',
  });
  expect(source).toMatchObject({
    kind: 'csv',
    description: 'the table train.csv with a row of pixels for each image',
    problems: [],
    remarks: [
      "test.csv has no labels, so it is left aside, as Kaggle's test.csv.",
      'sample_submission.csv is left aside, because it has no columns of pixels.',
    ],
  });
  expect(source.sections.map(({ split }) => split)).toEqual([undefined]);
  expect(await readSection(source.sections[0]!, files)).toMatchObject({
    ...expected,
    names: ['line 2 of train.csv', 'line 3 of train.csv', 'line 4 of train.csv'],
  });
});

test('a training and a test table', async () => {
  const { source, files } = await open({ 'mnist_train.csv': kaggle, 'mnist_test.csv.gz': gzipSync(kaggle) });
  expect(source.sections.map(({ split, rowCount }) => [split, rowCount])).toEqual([
    ['train', 3],
    ['test', 3],
  ]);
  for (const section of source.sections) expect(await readSection(section, files)).toMatchObject(expected);
});

const rows = kaggle.split('\n').slice(1);
const lastLabel = rows.map((row) => row.replace(/^(\d+),(.*)$/, '$2,$1'));

test.each<[name: string, text: string | Uint8Array, settings?: Settings]>([
  ['with a header', kaggle],
  ['without a header, label first', rows.join('\n')],
  ['without a header, label last', lastLabel.join('\n').replaceAll(/^\d/gm, '0').replaceAll(/^0,1/gm, '0,1')],
  ['label last by setting', `${lastLabel.join('\n')}`, { labelsColumn: 'last' }],
  ['label by number', lastLabel.join('\n'), { labelsColumn: '5' }],
  [
    'a label in the middle',
    'a1,a2,kind,a3,a4\n0,1,5,2,3\n4,5,0,6,255\n7,8,5,9,10\n',
    { labelsColumn: 'Kind' },
  ],
  ['names of any kind', 'q,r,s,t,class\n0,1,2,3,5\n4,5,6,255,0\n7,8,9,10,5\n'],
  ['CRLF', kaggle.replaceAll('\n', '\r\n')],
  ['no final line break', kaggle.trimEnd()],
  ['blank lines', kaggle.replaceAll('\n', '\n\n  \n')],
  ['semicolons', kaggle.replaceAll(',', ';')],
  ['tabs', kaggle.replaceAll(',', '\t')],
  ['quotes', kaggle.replaceAll(/[^,\n]+/g, '"$&"')],
  ['quotes around some', kaggle.replaceAll('label', '"label"').replaceAll('255', '"255"')],
  ['blanks around numbers', kaggle.replaceAll(',', ' , ')],
  ['a byte order mark', `\ufeff${kaggle}`],
  ['gzip', gzipSync(kaggle)],
  ['gzip of two members', Buffer.concat([gzipSync(kaggle.slice(0, 40)), gzipSync(kaggle.slice(40))])],
  ['decimal points', kaggle.replaceAll(/,(\d+)$/gm, ',$1.0')],
  [
    'pandas with its index',
    kaggle
      .split('\n')
      .map((row, line) => (row === '' ? '' : `${line === 0 ? '' : line - 1},${row}`))
      .join('\n'),
  ],
  [
    'names that are numbers',
    kaggle
      .replace('label,pixel0,pixel1,pixel2,pixel3', '0,1,2,3,label')
      .split('\n')
      .map((row, line) => (line === 0 ? row : row.replace(/^(\d+),(.*)$/, '$2,$1')))
      .join('\n'),
  ],
])('a table %s', async (name, text, settings = {}) => {
  const read = await readOnly(text, settings);
  if (name === 'without a header, label last') {
    expect(read).toMatchObject({ labels: [5, 0, 5], shape: [2, 2] });
    return;
  }
  expect(read).toMatchObject(expected);
});

test('a table of any file name', async () => {
  expect(await readOnly(kaggle, {}, 'digits')).toMatchObject(expected);
});

test('fractions, texts as labels, and height and width in the names', async () => {
  const text = '1x1,1x2,1x3,2x1,2x2,2x3,label\n0,0.5,1,0,1e-3,1,"cat, big"\n1,1,1,1,1,0,dog\n';
  expect(await readOnly(text)).toMatchObject({
    values: [0, 0.5, 1, 0, 0.001, 1, 1, 1, 1, 1, 1, 0],
    labels: ['cat, big', 'dog'],
    shape: [2, 3],
  });
});

test('groups, and columns that are not used', async () => {
  const text =
    'writer,label,pixel0,pixel1,pixel2,pixel3,note\nann,1,0,0,0,0,a\nbob,2,0,0,0,0,b\nann,1,0,0,0,0,c\n';
  const { source } = await open({ 'x.csv': text }, { groupBy: 'writer' });
  expect(source.sections[0]!.groups).toEqual({ codes: Uint8Array.of(0, 1, 0), values: ['ann', 'bob'] });
  expect(source.remarks).toEqual(['x.csv: the column "note" is not used.']);
});

test('25,000 rows are slices of 10,000, whose rows are those of the file', async () => {
  const lines = Array.from({ length: 25_000 }, (_, row) => `${row % 7},${row % 256},${row % 251},1,2`);
  const text = `label,p0,p1,p2,p3\n${lines.join('\n')}\n`;
  const { source, files } = await open({ 'x.csv': text });
  const [section] = source.sections;
  expect(section!.slices.map(({ rowCount }) => rowCount)).toEqual([10_000, 10_000, 5_000]);
  for (const { slice } of section!.slices) expect(sliceSchema.parse(slice)).toEqual(slice);
  const { values, labels, names } = await readSection(section!, files);
  expect(values.filter((_, index) => index % 4 === 1)).toEqual(lines.map((_, row) => row % 251));
  expect(labels).toEqual(lines.map((_, row) => row % 7));
  expect(names.at(-1)).toBe('line 25001 of x.csv');
  const compressed = await open({ 'x.csv.gz': gzipSync(text) });
  expect(compressed.source.sections[0]!.slices.map(({ rowCount }) => rowCount)).toEqual([25_000]);
  expect((await readSection(compressed.source.sections[0]!, compressed.files)).values).toEqual(values);
});

test.each<[name: string, row: string, problem: string]>([
  ['a short row', '1,2,3,4', 'it has 4 fields, and the first row has 5'],
  ['a long row', '1,2,3,4,5,6', 'it has 6 fields, and the first row has 5'],
  ['a text', '1,2,x,4,5', 'it has "x" in column 3, and a pixel is a number'],
  ['nothing', '1,2,,4,5', 'it has nothing in column 3, and a pixel is a number'],
  ['an open quote', '1,2,"3,4,5', 'it has 3 fields, and the first row has 5'],
])('a row with a problem is a block of its own: %s', async (_, row, problem) => {
  const text = `label,p0,p1,p2,p3\n0,1,2,3,4\n${row}\n`;
  const { source, files } = await open({ 'x.csv': text });
  expect(source.problems).toEqual([]);
  const { problems, values, names } = await readSection(source.sections[0]!, files);
  expect(problems).toEqual([expect.stringContaining(problem)]);
  expect(values).toEqual([1, 2, 3, 4]);
  expect(names).toEqual(['line 2 of x.csv', 'line 3 of x.csv']);
});

test.each<[name: string, text: string, problem: RegExp, settings: Settings]>([
  ['no label', 'label,p0,p1,p2,p3\n,1,2,3,4\n0,1,2,3,4\n', /^line 2 of x\.csv has no label\./, {}],
  ['too few fields', 'p0,p1,p2,p3,label\n1,2,3,4,0\n"9"\n', /^line 3 of x\.csv has too few fields\./, {}],
  ['no square', 'label,p0,p1,p2\n0,1,2,3\n', /3 of them are taken as pixels, which is no square/, {}],
  ['only a header', 'label,p0,p1,p2,p3\n', /has a header and no rows/, {}],
  ['large labels', 'label,p0,p1,p2,p3\n9007199254740993,1,2,3,4\n', /beyond 2\^53/, {}],
  ['no labels', 'p0,p1,p2,p3\n1,2,3,4\n', /x\.csv has no column of labels/, {}],
  [
    'an absent column',
    kaggle,
    /has no column "kind" for --labels-column.*"label", "pixel0"/,
    { labelsColumn: 'kind' },
  ],
  ['an absent group', kaggle, /has no column "who" for --group-by/, { groupBy: 'who' }],
  ['an absent position', '5,1,2,3,4\n', /Give first, last, or a number from 1 to 5/, { labelsColumn: '9' }],
])('a problem is told: %s', async (_, text, problem, settings) => {
  const { source } = await open({ 'x.csv': text }, settings);
  expect(source.problems).toEqual([expect.stringMatching(problem)]);
});

test('training and test images of other sizes', async () => {
  const { source } = await open({
    'train.csv': kaggle,
    'test.csv': `label,${Array.from({ length: 9 }, (_, index) => `p${index}`)}\n1,${Array(9).fill(0)}\n`,
  });
  expect(source.problems).toEqual([
    'test.csv has images of 3×3 pixels, and train.csv of 2×2. Export both in one size.',
  ]);
});

test('other files are not tables: images with a table beside them, and text without numbers', async () => {
  const folders: Record<string, Uint8Array | string>[] = [
    { 'train.csv': kaggle, 'cats/1.png': 'PNG' },
    { 'README.md': 'A folder.' },
    { 'a.idx': new Uint8Array(100) },
  ];
  for (const contents of folders)
    expect(await openCsv(await openFilesOf(scratch, contents), datasetSettings())).toBeUndefined();
});

test('UTF-16, a damaged gzip file and a line without end are refused', async () => {
  await expect(open({ 'x.csv': Buffer.from(kaggle, 'utf16le') })).rejects.toThrow(
    'x.csv is no text in UTF-8',
  );
  const cut = gzipSync(kaggle.repeat(100)).subarray(0, 60);
  await expect(open({ 'x.csv': cut })).rejects.toMatchObject({ name: 'InvalidDataset' });
  const endless = gzipSync(Buffer.alloc(40 * 2 ** 20, '1'));
  await expect(open({ 'x.csv': endless })).rejects.toThrow('has more than 16 MiB from line 1 on');
});

test('the rows do not depend on where the chunks end', async () => {
  const field = fc.constantFrom('1', '""', '"a,b"', '"a\nb"', '"say ""x"""', ' 7 ', 'é', '');
  const line = fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => fields.join(','));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      async (lines, sizes) => {
        const data = Buffer.from(lines.join('\r\n'));
        const read = async (chunks: Buffer[]) => {
          const all = [];
          async function* each() {
            yield* chunks;
          }
          for await (const found of splitRows(each(), 'x')) all.push(...found);
          return all.map(({ bytes, offset, line: number }) => ({ text: bytes.toString(), offset, number }));
        };
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(data.subarray(at, at + size));
          at += size;
        }
        const cut = await read([...chunks, data.subarray(at)]);
        expect(cut).toEqual(await read([data]));
        for (const { text, offset } of cut) expect(data.indexOf(text, offset)).toBe(offset);
      },
    ),
  );
});

test.each([
  ['a,b', ['a', 'b']],
  ['"a,b", "c ""d""" ,', ['a,b', 'c "d"', '']],
  ['""', ['']],
  [' a , "b"c', ['a', 'bc']],
])('the fields of %s', (text, fields) => {
  expect(splitFields({ bytes: Buffer.from(text) }, ',')).toEqual(fields);
});
