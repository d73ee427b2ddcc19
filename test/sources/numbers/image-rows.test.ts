import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { imageShapeSchema, valuesPerImage } from '../../../lib/contracts/image-shape';
import type { StreamSlice, ValuesSlice } from '../../../lib/contracts/slices';
import { LocalFiles } from '../../../lib/sources/local-files';
import { imageLayoutOf } from '../../../lib/sources/numbers/image-rows';
import { readSlice } from '../../../lib/sources/read-slice';
import type { RawRows } from '../../../lib/sources/source';
import type { SourceFiles } from '../../../lib/sources/source-files';
import { useScratchFolder } from '../../support/scratch-folder';
import { encodeTypedIdx } from '../../support/tiny-dataset';

const scratch = useScratchFolder();

async function openFile(body: Uint8Array) {
  const folder = mkdtempSync(join(scratch, 'rows-'));
  writeFileSync(join(folder, 'x'), body);
  const files = await LocalFiles.open(folder);
  return { files, file: (await files.find('x'))! };
}

async function readAll(slice: ValuesSlice | StreamSlice, files: SourceFiles) {
  const values: number[] = [];
  const names: string[] = [];
  let shape: unknown;
  for await (const rows of readSlice(slice, files)) {
    if (!('values' in rows)) throw new Error('no values');
    for (const value of rows.values) values.push(value);
    for (let row = 0; row < rows.rowCount; row += 1) names.push(rows.nameOf(row));
    ({ shape } = rows satisfies RawRows);
  }
  return { values, names, shape };
}

/** Of every type, 5 rows of [2, 3]; the floats are exact. */
const samples: readonly [Parameters<typeof encodeTypedIdx>[0], number[]][] = (
  ['uint8', 'int8', 'int16', 'int32', 'float32', 'float64'] as const
).map((type) => [
  type,
  Array.from({ length: 30 }, (_, index) =>
    type === 'uint8'
      ? index * 8
      : (index - 15) * (type.startsWith('float') ? 0.5 : type === 'int8' ? 8 : 1000),
  ),
]);

const array = { offset: 16, isBigEndian: true, rowShape: [2, 3] };

describe.each(samples)('%s', (type, values) => {
  const idx = encodeTypedIdx(type, [5, 2, 3], values);

  test('a range of rows, big-endian and little-endian', async () => {
    const { files, file } = await openFile(idx);
    const slice: ValuesSlice = { kind: 'values', file, ...array, type, firstRow: 1, rowCount: 3 };
    const read = await readAll(slice, files);
    expect(read).toEqual({
      values: values.slice(6, 24),
      names: ['image 1 of x', 'image 2 of x', 'image 3 of x'],
      shape: [2, 3],
    });
    const itemBytes = (idx.length - 16) / 30;
    const swapped = Buffer.from(idx.slice(16).reverse());
    const little = await openFile(swapped);
    const { values: reversed } = await readAll(
      { ...slice, file: little.file, offset: 0, isBigEndian: itemBytes === 1, firstRow: 0, rowCount: 5 },
      little.files,
    );
    expect(reversed).toEqual(values.toReversed());
  });

  test('a stream inside gzip with several members, nested twice, and inside deflate', async () => {
    const members = Buffer.concat([
      gzipSync(idx.slice(0, 17)),
      gzipSync(idx.slice(17, 30)),
      gzipSync(idx.slice(30)),
    ]);
    const slice = { kind: 'stream', ...array, type, rowCount: 5 } as const;
    for (const body of [members, gzipSync(members), gzipSync(idx)]) {
      const { files, file } = await openFile(body);
      const read = await readAll({ ...slice, file, compression: 'gzip' }, files);
      expect(read.values).toEqual(values);
      expect(read.names.at(-1)).toBe('image 4 of x');
    }
    const deflated = deflateRawSync(idx);
    const { files, file } = await openFile(
      Buffer.concat([Buffer.from('header'), deflated, Buffer.from('end')]),
    );
    const compressed = { offset: 6, bytes: deflated.length };
    expect((await readAll({ ...slice, file, compression: 'deflate', compressed }, files)).values).toEqual(
      values,
    );
  });
});

describe('a damaged stream is refused, in a sentence', () => {
  const idx = encodeTypedIdx('uint8', [5, 2, 3], new Uint8Array(30));
  const whole = gzipSync(idx);
  const broken = Uint8Array.from(whole);
  broken[broken.length - 6]! ^= 1;
  test.each([
    [
      'truncated content',
      gzipSync(idx.slice(0, 40)),
      /^x is not complete: it is truncated: .* 46 bytes in all, and 40 are there\. D/,
    ],
    [
      'trailing bytes',
      gzipSync(Buffer.concat([idx, Buffer.alloc(1)])),
      /^x is not complete: it has trailing bytes: .* 46 bytes in all/,
    ],
    ['a bomb', gzipSync(Buffer.concat([idx, Buffer.alloc(50_000_000)])), /it has trailing bytes/],
    [
      'a wrong checksum',
      broken,
      /^x is damaged: .*\(incorrect data check\)\. Download or export it again\.$/,
    ],
    ['a truncated file', whole.subarray(0, -3), /^x is damaged: .*unexpected end of file/],
    [
      'too many layers',
      [1, 2, 3, 4].reduce((body) => gzipSync(body), whole),
      /^x was compressed with gzip more than 4 times/,
    ],
  ])('%s', async (_, body, message) => {
    const { files, file } = await openFile(body);
    const reading = readAll(
      { kind: 'stream', file, ...array, type: 'uint8', compression: 'gzip', rowCount: 5 },
      files,
    );
    await expect(reading).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(message),
    });
  });
});

test('large rows come in blocks, at any offset of a stream', async () => {
  const rowShape = [1000, 1000];
  const body = Uint8Array.from({ length: 10_000_100 }, (_, index) => index % 251);
  const { files, file } = await openFile(gzipSync(body, { level: 1 }));
  const slice = {
    kind: 'stream',
    file,
    offset: 100,
    type: 'uint8',
    isBigEndian: false,
    rowShape,
    compression: 'gzip',
  } as const;
  const counts: number[] = [];
  const blocks: Uint8Array[] = [];
  for await (const rows of readSlice({ ...slice, firstRow: 1, rowCount: 9 }, files)) {
    counts.push(rows.rowCount);
    if ('values' in rows) blocks.push(rows.values as Uint8Array);
  }
  expect(counts).toEqual([4, 4, 1]);
  expect(Buffer.compare(Buffer.concat(blocks), body.subarray(1_000_100))).toBe(0);
});

test.each([
  [[28, 20], { shape: [28, 20], isPlanar: false }],
  [[28, 20, 1], { shape: [28, 20], isPlanar: false }],
  [[1, 28, 20], { shape: [28, 20], isPlanar: false }],
  [[28, 20, 3], { shape: [28, 20, 3], isPlanar: false }],
  [[3, 28, 20], { shape: [28, 20, 3], isPlanar: true }],
  [[784], undefined],
  [[4, 28, 20], undefined],
  [[1, 28, 20, 1], undefined],
])('a row of %j is an image of %j', (rowShape, layout) => {
  const found = imageLayoutOf(rowShape);
  expect(found).toEqual(layout);
  if (found === undefined) return;
  expect(imageShapeSchema.parse(found.shape)).toEqual(found.shape);
  expect(valuesPerImage(found.shape)).toBe(rowShape.reduce((product, size) => product * size));
});

test('channels first become channels last', async () => {
  const { files, file } = await openFile(Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16));
  const slice: ValuesSlice = {
    ...{
      kind: 'values',
      file,
      offset: 0,
      type: 'uint8',
      isBigEndian: false,
      rowShape: [3, 1, 2],
      rowCount: 2,
    },
  };
  const { values, shape } = await readAll(slice, files);
  expect(shape).toEqual([1, 2, 3]);
  expect(values).toEqual([1, 3, 5, 2, 4, 6, 11, 13, 15, 12, 14, 16]);
});
