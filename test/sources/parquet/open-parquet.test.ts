import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { sliceSchema } from '../../../lib/contracts/slices';
import { openParquet } from '../../../lib/sources/parquet/open-parquet';
import { useScratchFolder } from '../../support/scratch-folder';
import { datasetSettings, openFilesOf, readSection } from '../../support/source-rows';

const scratch = useScratchFolder();
/** Written by write_files.py in this folder. */
const huggingFace = readFileSync(join(__dirname, 'huggingface.parquet'));
const lists = readFileSync(join(__dirname, 'lists.parquet'));

async function open(
  contents: Record<string, Uint8Array | string>,
  settings: Parameters<typeof datasetSettings>[0] = {},
) {
  const files = await openFilesOf(scratch, contents);
  const source = await openParquet(files, datasetSettings(settings));
  if (source === undefined) throw new Error('not recognized');
  return { source, files };
}

const gray = Array.from({ length: 5 }, (_, image) =>
  Array.from({ length: 6 }, (_, pixel) => image + pixel),
).flat();

test('image files, labels and their names, as Hugging Face writes them', async () => {
  const { source, files } = await open({ 'data/train-00000-of-00001.parquet': huggingFace });
  expect(source).toMatchObject({
    kind: 'parquet',
    description: 'the Parquet file data/train-00000-of-00001.parquet',
    classNames: ['cat', 'dog', 'owl'],
    remarks: [],
    problems: [],
  });
  const [section] = source.sections;
  expect(section!.split).toBeUndefined();
  for (const { slice } of section!.slices) expect(sliceSchema.parse(slice)).toEqual(slice);
  const read = await readSection(section!, files);
  expect(read).toMatchObject({ shape: [2, 3, 3], labels: [0, 1, 2, 0, 1], problems: [] });
  expect(read.values.filter((_, index) => index % 3 === 0)).toEqual(gray);
  expect(read.names[4]).toBe('row 4 of data/train-00000-of-00001.parquet');
});

test('lists of numbers, and groups', async () => {
  const { source, files } = await open({ 'x.parquet': lists }, { imagesColumn: 'x', groupBy: 'writer' });
  expect(source.problems).toEqual([]);
  const [section] = source.sections;
  expect(section!.groups).toEqual({ codes: Uint8Array.of(0, 0, 1, 1, 2), values: [7, 8, 9] });
  expect(await readSection(section!, files)).toMatchObject({
    values: gray,
    shape: [2, 3],
    labels: ['a', 'b', 'a', 'b', 'b'],
  });
});

test.each<
  [names: string[], expected: [split: string | undefined, rows: number][], remark: string | undefined]
>([
  [
    ['train-00000-of-00002', 'train-00001-of-00002', 'test-00000-of-00001'],
    [
      ['train', 10],
      ['test', 5],
    ],
    undefined,
  ],
  [
    ['train/0000', 'validation/0000'],
    [
      ['train', 5],
      ['test', 5],
    ],
    'validation/0000.parquet takes their place',
  ],
  [
    ['train', 'test', 'validation'],
    [
      ['train', 5],
      ['test', 5],
    ],
    'validation.parquet is left aside',
  ],
  [['part-0', 'part-1'], [[undefined, 10]], undefined],
])('the parts of %j', async (names, expected, remark) => {
  const { source } = await open(Object.fromEntries(names.map((name) => [`${name}.parquet`, huggingFace])));
  expect(source.sections.map(({ split, rowCount }) => [split, rowCount])).toEqual(expected);
  expect(source.remarks).toEqual(remark === undefined ? [] : [expect.stringContaining(remark)]);
});

test.each<[name: string, settings: Parameters<typeof datasetSettings>[0], problem: RegExp]>([
  ['no image column', { imagesColumn: 'photo' }, /no column of images "photo": its columns are "x", "y"/],
  ['no images in it', { imagesColumn: 'y' }, /"y" of x\.parquet has neither image files \(bytes\) nor lists/],
  ['no label column', { labelsColumn: 'kind' }, /no column of labels "kind"/],
  ['a nested label', { labelsColumn: 'size' }, /no column of labels "size" with one value in a row/],
  ['no group', { groupBy: 'who' }, /no column "who" for --group-by/],
  ['no value', { labelsColumn: 'absent' }, /Row 1 of x\.parquet has no value in the column "absent"/],
  ['large labels', { labelsColumn: 'far' }, /beyond 2\^53/],
])('a problem is told: %s', async (_, settings, problem) => {
  const { source } = await open({ 'x.parquet': lists }, settings);
  expect(source.problems).toEqual([expect.stringMatching(problem)]);
});

test('a list that is no image is a row with a problem', async () => {
  const { source, files } = await open({ 'x.parquet': lists }, { imagesColumn: 'short' });
  const { problems } = await readSection(source.sections[0]!, files);
  expect(problems).toHaveLength(5);
  expect(problems[0]).toMatch(/^its list of numbers has the shape 2, and images have/);
});

test('a file of any name, truncated files, and other files', async () => {
  expect((await open({ digits: huggingFace })).source.sections[0]!.rowCount).toBe(5);
  await expect(open({ 'x.parquet': huggingFace.subarray(0, -1) })).rejects.toThrow(
    'its last four bytes are not PAR1',
  );
  await expect(
    open({
      'x.parquet': Buffer.concat([Buffer.from('PAR1'), Buffer.from([255, 255, 255, 1]), Buffer.from('PAR1')]),
    }),
  ).rejects.toThrow('announces a footer of 33554431 bytes, which is impossible');
  expect(
    await openParquet(await openFilesOf(scratch, { 'x.csv': 'label,p0\n' }), datasetSettings()),
  ).toBeUndefined();
});

test('altered bytes give a sentence or rows, and never another error', async () => {
  for (const original of [huggingFace, lists]) {
    const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const file = Buffer.from(original);
        for (const [at, value] of changes) file[at] = value;
        try {
          const { source, files } = await open({ digits: file, 'x.parquet': file });
          for (const { slices } of source.sections)
            for (const { slice, rowCount } of slices)
              await readSection(
                {
                  split: undefined,
                  rowCount,
                  labels: { codes: new Uint8Array(0), values: [] },
                  slices: [{ slice, rowCount }],
                },
                files,
              );
        } catch (error) {
          expect(error).toMatchObject({ name: 'InvalidDataset' });
        }
      }),
      // Footers with a column without a name, with a missing column, and with columns that are no list.
      { numRuns: 100, examples: [[[[857, 145]]], [[[1505, 8]]], [[[2404, 152]]]] },
    );
  }
});
