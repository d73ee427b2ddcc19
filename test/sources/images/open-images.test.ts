import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatasetSettings } from '../../../lib/contracts/dataset-settings';
import { openImages } from '../../../lib/sources/images/open-images';
import { LocalFiles } from '../../../lib/sources/local-files';
import { readSlice } from '../../../lib/sources/read-slice';
import type { RawRows, Source } from '../../../lib/sources/source';
import { makePng } from '../../support/make-png';
import { useScratchFolder } from '../../support/scratch-folder';

const scratch = useScratchFolder();

const defaults: DatasetSettings = {
  dataset: '',
  imageSize: 0,
  channels: 0,
  invert: false,
  transpose: false,
  white: 0,
  testFraction: 0,
  splitSeed: 1,
  groupBy: '',
  imagesColumn: '',
  labelsColumn: '',
  dropDuplicates: false,
  skipUnreadable: 0,
};

const grayPng = (...samples: number[]) =>
  makePng({ shape: [1, samples.length], samples, color: 'gray', depth: 8 });

async function open(files: Record<string, Uint8Array | string>, settings: Partial<DatasetSettings> = {}) {
  const folder = mkdtempSync(join(scratch, 'images '));
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), body);
  }
  const local = await LocalFiles.open(folder);
  return { folder, files: local, source: await openImages(local, { ...defaults, ...settings }) };
}

async function readRows({ source, files }: { source: Source | undefined; files: LocalFiles }) {
  const rows: { split: string; label: unknown; block: RawRows }[] = [];
  for (const { split = 'all', labels, slices } of source!.sections) {
    let row = 0;
    for (const { slice, names } of slices) {
      for await (const block of readSlice(slice, files, names)) {
        rows.push({ split, label: labels.values[labels.codes[row]!], block });
        row += 1;
      }
    }
    expect(row).toBe(labels.codes.length);
  }
  return rows;
}

const textOf = ({ split, label, block }: Awaited<ReturnType<typeof readRows>>[number]) =>
  `${split} ${label} ${block.nameOf(0)} ${'values' in block ? `${block.shape}: ${block.values}` : block.problem}`;

test('a folder for each class', async () => {
  const opened = await open({
    'cats/1.png': grayPng(1, 2),
    'cats/tabby/2.PNG': grayPng(3, 4),
    'dogs/1.png': grayPng(5, 6),
  });
  expect(opened.source).toMatchObject({
    kind: 'images',
    description: '3 images in class folders',
    classNames: ['cats', 'dogs'],
    remarks: [],
    problems: [],
  });
  expect((await readRows(opened)).map(textOf).sort()).toEqual([
    'all 0 cats/1.png 1,2,3: 1,1,1,2,2,2',
    'all 0 cats/tabby/2.PNG 1,2,3: 3,3,3,4,4,4',
    'all 1 dogs/1.png 1,2,3: 5,5,5,6,6,6',
  ]);
});

test('train and test, numbers as labels', async () => {
  const opened = await open({
    'train/7/a.png': grayPng(1),
    'train/3/a.png': grayPng(2),
    'test/3/a.png': grayPng(3),
  });
  expect(opened.source).toMatchObject({
    description: '3 images in class folders, with the parts train/ and test/',
    problems: [],
  });
  expect(opened.source).not.toHaveProperty('classNames');
  expect((await readRows(opened)).map(textOf).sort()).toEqual([
    'test 3 test/3/a.png 1,1,3: 3,3,3',
    'train 3 train/3/a.png 1,1,3: 2,2,2',
    'train 7 train/7/a.png 1,1,3: 1,1,1',
  ]);
});

describe('what is an image', () => {
  test('content decides, whatever the ending of the name', async () => {
    const opened = await open({
      'a/scan': grayPng(1),
      'b/scan.dat': grayPng(2),
      'b/photo.jpg': grayPng(3),
    });
    expect((await readRows(opened)).map(textOf).sort()).toEqual([
      'all 0 a/scan 1,1,3: 1,1,1',
      'all 1 b/photo.jpg 1,1,3: 3,3,3',
      'all 1 b/scan.dat 1,1,3: 2,2,2',
    ]);
  });

  test('other files are ignored, counted and named; hidden files are not even that', async () => {
    const { source } = await open({
      'a/1.png': grayPng(1),
      'b/1.png': grayPng(1),
      'b/Thumbs.db': 'x',
      '__MACOSX/a/._1.png': 'x',
      '.DS_Store': 'x',
      'a/.hidden.png': 'x',
      'labels.csv': 'a,b',
      'b/notes.txt': 'none',
    });
    expect(source!.remarks).toEqual([
      expect.stringMatching(
        /^3 files are not images and are ignored, such as (labels\.csv, b\/notes\.txt|b\/notes\.txt, labels\.csv)\.$/,
      ),
    ]);
    expect(source!.sections[0]!.rowCount).toBe(2);
  });

  test('a folder without images is another kind of source', async () => {
    expect((await open({ 'train.csv': '1,2', 'a/notes.txt': 'x' })).source).toBeUndefined();
    expect((await open({})).source).toBeUndefined();
  });
});

test('every image that cannot be read is a row with the reason, which follows its name', async () => {
  const whole = grayPng(1, 2, 3);
  const damaged = Buffer.from(whole);
  damaged[whole.length - 20]! ^= 1;
  const opened = await open({
    'a/cut.png': whole.subarray(0, 50),
    'a/damaged.png': damaged,
    'a/empty.png': '',
    'a/good.png': whole,
    'a/huge.png': readFileSync(join(__dirname, '../../image/samples/still.gif')).fill(0xff, 6, 10),
    'b/page.jpg': '<html>',
    'b/scan.tif': 'II*\0xxxx',
  });
  const texts = (await readRows(opened)).map(
    ({ block }) => `${block.nameOf(0)} ${'problem' in block ? block.problem : 'is read'}`,
  );
  expect(texts.sort()).toEqual([
    expect.stringMatching(/^a\/cut\.png it is a damaged PNG: it has 50 bytes, and at least/),
    expect.stringMatching(/^a\/damaged\.png it is a damaged PNG: the checksum of its chunk/),
    'a/empty.png it is not a PNG, JPEG, WebP, BMP or GIF file: its 0 bytes begin with nothing. Save the image as PNG and try again.',
    'a/good.png is read',
    'a/huge.png it has 65535×65535 pixels by its header, and 1 to 50 million pixels are allowed. Scale it down, or save it again if the header is wrong.',
    'b/page.jpg it is not a PNG, JPEG, WebP, BMP or GIF file: its 6 bytes begin with 0x3c68746d6c3e. Save the image as PNG and try again.',
    'b/scan.tif it is not a PNG, JPEG, WebP, BMP or GIF file: it is TIFF. Save the image as PNG and try again.',
  ]);
});

test('transparent parts are black, and white with invert', async () => {
  const png = makePng({ shape: [1, 3], samples: [9, 0, 10, 255, 100, 51], color: 'greyAlpha', depth: 8 });
  const files = { 'a/1.png': png, 'b/1.png': png };
  const valuesOf = async (settings: Partial<DatasetSettings>) => {
    const [row] = await readRows(await open(files, settings));
    return row !== undefined && 'values' in row.block ? [...row.block.values] : [];
  };
  expect(await valuesOf({})).toEqual([0, 0, 0, 10, 10, 10, 20, 20, 20]);
  expect(await valuesOf({ invert: true })).toEqual([255, 255, 255, 10, 10, 10, 224, 224, 224]);
});

describe('names of classes', () => {
  const files = { 'cats/1.png': grayPng(1), 'dogs/1.png': grayPng(2) };

  test.each<
    [what: string, more: Record<string, string>, settings: Partial<DatasetSettings>, names: string[]]
  >([
    ['classes.txt', { 'classes.txt': '\ufeffdogs\r\n\r\ncats\r\n' }, {}, ['dogs', 'cats']],
    ['--class-names', { 'classes.txt': 'cats\ndogs' }, { classNames: ['dogs', 'cats'] }, ['dogs', 'cats']],
    ['a classes.txt elsewhere', { 'cats/classes.txt': 'dogs\ncats' }, {}, ['cats', 'dogs']],
  ])('%s', async (_, more, settings, names) => {
    const { source } = await open({ ...files, ...more }, settings);
    expect(source).toMatchObject({ classNames: names, problems: [], remarks: [] });
  });

  test.each([
    ['', 'classes.txt is empty. Give one name a line, or delete it.'],
    ['cats\ncats', 'classes.txt has the name "cats" twice. Every class needs a name of its own.'],
    [
      'x'.repeat(2 ** 20 + 1),
      'classes.txt has 1048577 bytes, and names of classes take at most 1048576. Give one name a line.',
    ],
  ])('a classes.txt that cannot be used: %.10s', async (body, problem) => {
    expect((await open({ ...files, 'classes.txt': body })).source!.problems).toEqual([problem]);
  });
});

describe('groups', () => {
  const files = {
    'cats/tom/1.png': grayPng(1),
    'cats/kitty/1.png': grayPng(2),
    'dogs/rex/1.png': grayPng(3),
    'dogs/1.png': grayPng(4),
  };

  test('are the folders below the class folders', async () => {
    const { source } = await open(files, { groupBy: 'folder' });
    const { groups } = source!.sections[0]!;
    expect(source!.problems).toEqual([]);
    expect(groups!.values.toSorted()).toEqual(['dogs/', 'kitty', 'rex', 'tom']);
    expect([...groups!.codes].sort()).toEqual([0, 1, 2, 3]);
    expect((await open(files)).source!.sections[0]).not.toHaveProperty('groups');
  });

  test.each<[groupBy: string, files: Record<string, Uint8Array>, problem: RegExp]>([
    ['writer', files, /^Images in folders have no column "writer" to group by\. Give --group-by folder/],
    [
      'folder',
      { 'a/1.png': grayPng(1), 'b/1.png': grayPng(1) },
      /^There are no folders below the class folders, so --group-by folder has nothing to keep together\./,
    ],
  ])('by %s', async (groupBy, images, problem) => {
    expect((await open(images, { groupBy })).source!.problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('the fingerprint', () => {
  const files = { 'a/1.png': grayPng(1), 'b/1.png': grayPng(2) };

  test('is that of the images and their classes', async () => {
    const { folder, files: local, source } = await open(files);
    const again = async (changes: Partial<DatasetSettings> = {}) =>
      (await openImages(local, { ...defaults, ...changes }))!.fingerprint;
    expect(await again()).toBe(source!.fingerprint);
    writeFileSync(join(folder, 'notes.txt'), 'not an image');
    expect(await again()).toBe(source!.fingerprint);
    expect(await again({ classNames: ['b', 'a'] })).not.toBe(source!.fingerprint);
    writeFileSync(join(folder, 'a/1.png'), grayPng(3, 4));
    expect(await again()).not.toBe(source!.fingerprint);
  });

  test('a file that changed after the plan is refused', async () => {
    const opened = await open(files);
    rmSync(join(opened.folder, 'b/1.png'));
    await expect(readRows(opened)).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(/^b\/1\.png in .* changed while it was read: it is no longer there\./),
    });
  });
});

test('slices have at most 10,000 images and some 256 MB', async () => {
  const many = {
    location: 'bucket',
    list: async function* () {
      for (let index = 0; index < 25_000; index += 1)
        yield { name: `${index % 2}/${index}.png`, bytes: index < 20_000 ? 300 : 1_000_000, version: 'v' };
    },
  } as unknown as LocalFiles;
  const { slices, rowCount } = (await openImages(many, defaults))!.sections[0]!;
  expect(slices.reduce((sum, slice) => sum + slice.rowCount, 0)).toBe(rowCount);
  expect(Math.max(...slices.map((slice) => slice.rowCount))).toBeLessThanOrEqual(10_000);
  const bytes = slices.map(({ names }) => names!.reduce((sum, name) => sum + Number.parseInt(name, 10), 0));
  expect(Math.max(...bytes)).toBeLessThanOrEqual(256 * 2 ** 20);
  expect(slices.length).toBeLessThan(30);
});
