import fc from 'fast-check';
import { openNpz } from '../../../lib/sources/npz/open-npz';
import type { Source } from '../../../lib/sources/source';
import type { SourceFiles } from '../../../lib/sources/source-files';
import { bytesArray, encodeNpyFile, encodeNpzFile, type NpyContent } from '../../support/npy-files';
import { useScratchFolder } from '../../support/scratch-folder';
import { datasetSettings, openFilesOf, readSection } from '../../support/source-rows';

const scratch = useScratchFolder();

async function open(
  contents: Record<string, Uint8Array | string>,
  settings: Parameters<typeof datasetSettings>[0] = {},
): Promise<{ source: Source; files: SourceFiles }> {
  const files = await openFilesOf(scratch, contents);
  const source = await openNpz(files, datasetSettings(settings));
  if (source === undefined) throw new Error('not recognized');
  return { source, files };
}

const openArrays = (
  arrays: Record<string, NpyContent>,
  settings: Parameters<typeof datasetSettings>[0] = {},
  level: 0 | 6 = 0,
) => open({ 'some.npz': encodeNpzFile(arrays, level) }, settings);

const count = (length: number, factor = 1) => Array.from({ length }, (_, index) => (index * factor) % 256);
const keras = {
  x_train: bytesArray([3, 2, 4], count(24)),
  y_train: bytesArray([3], [5, 0, 5]),
  x_test: bytesArray([2, 2, 4], count(16, 3)),
  y_test: bytesArray([2], [7, 5]),
};

describe.each([0, 6] as const)('an .npz with compression level %i', (level) => {
  test('has a training and a test section', async () => {
    const { source, files } = await openArrays(keras, {}, level);
    expect(source).toMatchObject({
      kind: 'npz',
      description: 'NumPy arrays x_train, y_train, x_test, y_test in some.npz',
      problems: [],
      remarks: [],
    });
    const [train, test] = source.sections;
    expect([train!.split, train!.rowCount, test!.split, test!.rowCount]).toEqual(['train', 3, 'test', 2]);
    expect(train!.slices[0]!.slice.kind).toBe(level === 0 ? 'values' : 'stream');
    expect(await readSection(train!, files)).toMatchObject({
      values: count(24),
      shape: [2, 4],
      labels: [5, 0, 5],
      problems: [],
    });
    expect(await readSection(test!, files)).toMatchObject({ values: count(16, 3), labels: [7, 5] });
  });

  test('whose bytes were altered is refused when it is read', async () => {
    const file = Buffer.from(encodeNpzFile({ x: keras.x_train, y: keras.y_train }, level));
    const files = await openFilesOf(scratch, { 'some.npz': file.subarray(0, file.length - 30) });
    await expect(openNpz(files, datasetSettings())).rejects.toThrow(
      'some.npz is a damaged zip archive: the directory at its end is missing',
    );
  });
});

test('a compressed array with another checksum than its header is refused', async () => {
  const file = Buffer.from(encodeNpzFile({ x: keras.x_train, y: keras.y_train }, 6));
  const entry = file.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  file[entry + 16]! ^= 1;
  const { source, files } = await open({ 'some.npz': file });
  await expect(readSection(source.sections[0]!, files)).rejects.toThrow('another CRC-32');
});

test('10,000 rows are one slice, and the next row is in another', async () => {
  const x = bytesArray([10_001, 1, 2], count(20_002));
  const { source, files } = await openArrays({ x, y: bytesArray([10_001], count(10_001)) });
  const [section] = source.sections;
  expect(section!.slices.map(({ rowCount }) => rowCount)).toEqual([10_000, 1]);
  const { values, labels } = await readSection(section!, files);
  expect(values).toEqual(count(20_002));
  expect(labels).toEqual(count(10_001));
});

test.each<[name: string, arrays: string[], expected: string[]]>([
  ['Keras', ['x_train', 'y_train', 'x_test', 'y_test'], ['train x_train y_train', 'test x_test y_test']],
  [
    'capital letters',
    ['X_train', 'Y_train', 'X_test', 'Y_test'],
    ['train X_train Y_train', 'test X_test Y_test'],
  ],
  ['camel case', ['trainX', 'trainY', 'testX', 'testY'], ['train trainX trainY', 'test testX testY']],
  [
    'MedMNIST',
    ['train_images', 'val_images', 'test_images', 'train_labels', 'val_labels', 'test_labels'],
    ['train train_images train_labels', 'test test_images test_labels'],
  ],
  [
    'validation without test',
    ['train_images', 'val_images', 'train_labels', 'val_labels'],
    ['train train_images train_labels', 'test val_images val_labels'],
  ],
  ['one pair', ['images', 'labels'], ['undefined images labels']],
  ['scikit-learn', ['data', 'target', 'images'], ['undefined images target']],
  ['np.savez without names', ['arr_0', 'arr_1'], ['undefined arr_0 arr_1']],
  ['training arrays alone', ['x_train', 'y_train'], ['undefined x_train y_train']],
])('the names of %s', async (_, names, expected) => {
  const isLabels = (name: string) => /y$|label|target$|_1$/i.test(name.replace(/_(train|test)$/, ''));
  const arrays = Object.fromEntries(
    names.map((name, index) => [
      name,
      isLabels(name) ? bytesArray([2], [index, 1]) : bytesArray([2, 1, 1], [index, 0]),
    ]),
  );
  const { source, files } = await openArrays(arrays);
  expect(source.problems).toEqual([]);
  const found = await Promise.all(
    source.sections.map(async (section) => {
      const { values, labels } = await readSection(section, files);
      return `${section.split} ${names[values[0]!]} ${names[labels[0] as number]}`;
    }),
  );
  expect(found).toEqual(expected);
});

test('named arrays: exactly, and with train and test around the name', async () => {
  const arrays = {
    ...keras,
    pictures_train: bytesArray([1, 1, 1], [1]),
    test_pictures: bytesArray([1, 1, 1], [2]),
    kind_train: bytesArray([1], [8]),
    test_kind: bytesArray([1], [9]),
  };
  const { source } = await openArrays(arrays, { imagesColumn: 'pictures', labelsColumn: 'kind' });
  expect(source.sections.map(({ split, labels }) => [split, labels.values])).toEqual([
    ['train', [8]],
    ['test', [9]],
  ]);
  const one = await openArrays(arrays, { imagesColumn: 'x_test', labelsColumn: 'y_test' });
  expect(one.source.sections.map(({ split, labels }) => [split, labels.values])).toEqual([
    [undefined, [7, 5]],
  ]);
  const none = await openArrays(arrays, { imagesColumn: 'photos' });
  expect(none.source.problems[0]).toMatch(
    /^There are the arrays x_train of some\.npz \(\|u1, 3×2×4\), .* they have no pair for --images-column photos/,
  );
});

test('files of a folder: .npy, and an .npz for each array, as Kuzushiji-MNIST has them', async () => {
  const npy = await open({
    'x_train.npy': encodeNpyFile(keras.x_train),
    'y_train.npy': encodeNpyFile(keras.y_train),
    'x_test.npy': encodeNpyFile(keras.x_test),
    'y_test.npy': encodeNpyFile(keras.y_test),
    'README.md': 'four arrays',
  });
  expect(npy.source.sections.map(({ split, rowCount }) => [split, rowCount])).toEqual([
    ['train', 3],
    ['test', 2],
  ]);
  expect(await readSection(npy.source.sections[0]!, npy.files)).toMatchObject({ values: count(24) });
  const kuzushiji = await open({
    'kmnist-train-imgs.npz': encodeNpzFile({ arr_0: keras.x_train }),
    'kmnist-train-labels.npz': encodeNpzFile({ arr_0: keras.y_train }),
    'kmnist-test-imgs.npz': encodeNpzFile({ arr_0: keras.x_test }),
    'kmnist-test-labels.npz': encodeNpzFile({ arr_0: keras.y_test }),
  });
  expect(kuzushiji.source.sections.map(({ split, rowCount }) => [split, rowCount])).toEqual([
    ['train', 3],
    ['test', 2],
  ]);
});

const write = {
  u1: ['setUint8', 1],
  i1: ['setInt8', 1],
  b1: ['setUint8', 1],
  u2: ['setUint16', 2],
  i2: ['setInt16', 2],
  u4: ['setUint32', 4],
  i4: ['setInt32', 4],
  u8: ['setBigUint64', 8],
  i8: ['setBigInt64', 8],
  f4: ['setFloat32', 4],
  f8: ['setFloat64', 8],
} as const;

function encodeValues(type: keyof typeof write, values: readonly number[], isLittleEndian: boolean) {
  const [method, bytes] = write[type];
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  for (const [index, value] of values.entries()) {
    const set = view[method] as (at: number, value: number | bigint, isLittleEndian: boolean) => void;
    set.call(view, index * bytes, type === 'u8' || type === 'i8' ? BigInt(value) : value, isLittleEndian);
  }
  return new Uint8Array(view.buffer);
}

test.each(Object.keys(write) as (keyof typeof write)[])('the type %s in both byte orders', async (type) => {
  const isSigned = /^[if]/.test(type);
  const values = type === 'b1' ? [0, 1, 1, 0] : [0, 1, isSigned ? -100 : 200, 100];
  for (const order of ['<', '>']) {
    for (const level of [0, 6] as const) {
      const data = encodeValues(type, values, order === '<');
      const labels = encodeValues(type, [1, 0], order === '<');
      const { source, files } = await openArrays(
        {
          x: { descr: `${order}${type}`, shape: [2, 1, 2], data },
          y: { descr: `${order}${type}`, shape: [2], data: labels },
        },
        {},
        level,
      );
      expect(await readSection(source.sections[0]!, files)).toMatchObject({ values, labels: [1, 0] });
    }
  }
});

test('half precision', async () => {
  // 0, 1, -2, 65504, the smallest subnormal, 1/3
  const bits = Uint16Array.of(0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555);
  const x = { descr: '<f2', shape: [2, 1, 3], data: new Uint8Array(bits.buffer) };
  const { source, files } = await openArrays({ x, y: bytesArray([2], [0, 1]) });
  const { values } = await readSection(source.sections[0]!, files);
  expect(values).toEqual([0, 1, -2, 65_504, 2 ** -24, 0.333251953125]);
});

test.each([1, 2, 3] as const)('version %i of the format', async (version) => {
  const { source, files } = await openArrays({
    x: { ...keras.x_train, version },
    y: { ...keras.y_train, version },
  });
  expect(await readSection(source.sections[0]!, files)).toMatchObject({ values: count(24) });
});

test.each<[shape: number[], expected: number[], remark: RegExp | undefined]>([
  [[1, 4, 6], [4, 6], undefined],
  [[1, 4, 6, 1], [4, 6], undefined],
  [[1, 1, 4, 6], [4, 6], undefined],
  [[1, 4, 2, 3], [4, 2, 3], undefined],
  [[1, 3, 4, 2], [4, 2, 3], /x of some\.npz has the shape 1×3×4×2: .* channels first/],
  [[1, 64], [8, 8], /x of some\.npz has 64 values in a row: they are taken as images of 8×8/],
])('images of the shape %j are images of %j', async (shape, expected, remark) => {
  const size = shape.reduce((product, each) => product * each);
  const { source, files } = await openArrays({ x: bytesArray(shape, count(size)), y: bytesArray([1], [0]) });
  expect(source.problems).toEqual([]);
  expect(source.remarks).toEqual(remark === undefined ? [] : [expect.stringMatching(remark)]);
  expect((await readSection(source.sections[0]!, files)).shape).toEqual(expected);
});

const text = (descr: string, texts: readonly string[], size: number): NpyContent => ({
  descr,
  shape: [texts.length],
  data: Buffer.concat(
    texts.map((each) => {
      if (descr.includes('S')) return Buffer.from(each.padEnd(size, '\0'), 'latin1');
      const characters = Uint32Array.from(
        { length: size },
        (_, index) => [...each][index]?.codePointAt(0) ?? 0,
      );
      return Buffer.from(characters.buffer);
    }),
  ),
});

test.each<[name: string, y: NpyContent, expected: (number | string)[], remark: string | undefined]>([
  ['Unicode', text('<U5', ['cat', 'größe', '🐈'], 5), ['cat', 'größe', '🐈'], undefined],
  ['bytes', text('|S3', ['a', 'bcd', 'a'], 3), ['a', 'bcd', 'a'], undefined],
  ['digits as texts', text('<U2', ['07', '7', '1'], 2), [7, 7, 1], undefined],
  ['a column', bytesArray([3, 1], [4, 2, 4]), [4, 2, 4], undefined],
  ['one-hot rows', bytesArray([3, 2], [0, 1, 1, 0, 0, 1]), [1, 0, 1], 'one-hot'],
  [
    'negative numbers',
    { descr: '<i8', shape: [3], data: encodeValues('i8', [-1, 2, 3], true) },
    [-1, 2, 3],
    undefined,
  ],
])('labels: %s', async (_, y, expected, remark) => {
  for (const level of [0, 6] as const) {
    const { source, files } = await openArrays({ x: keras.x_train, y }, {}, level);
    expect(source.problems).toEqual([]);
    expect(source.remarks).toEqual(remark === undefined ? [] : [expect.stringContaining(remark)]);
    expect((await readSection(source.sections[0]!, files)).labels).toEqual(expected);
  }
});

const bigLabels = new Uint8Array(BigInt64Array.of(2n ** 60n, 1n, 2n).buffer);
const floats = (values: number[]) => new Uint8Array(Float64Array.from(values).buffer);

test.each<[name: string, arrays: Record<string, NpyContent>, problem: RegExp]>([
  [
    'Fortran order',
    { x: { ...keras.x_train, isFortranOrder: true }, y: keras.y_train },
    /^x of some\.npz is in Fortran order, .* np\.ascontiguousarray/,
  ],
  [
    'objects',
    { x: keras.x_train, y: { descr: '|O', shape: [3], data: Buffer.from('pickle') } },
    /^y of some\.npz holds Python objects in pickle format/,
  ],
  [
    'complex numbers',
    { x: { descr: '<c8', shape: [3, 1, 1], data: new Uint8Array(24) }, y: keras.y_train },
    /^x of some\.npz has the type <c8/,
  ],
  [
    'records',
    { x: { descr: "[('a', '<i4')]", shape: [3], data: new Uint8Array(12) }, y: keras.y_train },
    /^x of some\.npz has the type \[\('a', '<i4'\)\]/,
  ],
  [
    'texts as images',
    { x: text('<U1', ['a', 'b', 'c'], 1), y: keras.y_train },
    /^x of some\.npz holds texts/,
  ],
  [
    'no square',
    { x: bytesArray([3, 10], count(30)), y: keras.y_train },
    /10 values in a row, which is no square/,
  ],
  ['four channels', { x: bytesArray([3, 2, 2, 4], count(48)), y: keras.y_train }, /shape 3×2×2×4/],
  ['no pixels', { x: bytesArray([3, 0, 4], []), y: keras.y_train }, /its images have no pixels/],
  ['no images', { x: bytesArray([0, 2, 2], []), y: bytesArray([0], []) }, /has no images/],
  [
    'other counts',
    { x: keras.x_train, y: bytesArray([2], [0, 1]) },
    /has 3 images and y of some\.npz has 2 labels/,
  ],
  [
    'large labels',
    { x: keras.x_train, y: { descr: '<i8', shape: [3], data: bigLabels } },
    /1152921504606846976, beyond 2\^53/,
  ],
  [
    'fractions as labels',
    { x: keras.x_train, y: { descr: '<f8', shape: [3], data: floats([0.5, 1, 2]) } },
    /the label 0\.5/,
  ],
  [
    'other names',
    { a: keras.x_train, b: keras.y_train, c: keras.y_test },
    /Name the arrays with --images-column/,
  ],
])('a problem is told: %s', async (_, arrays, problem) => {
  for (const level of [0, 6] as const) {
    const { source } = await openArrays(arrays, {}, level);
    expect(source.problems).toEqual([expect.stringMatching(problem)]);
  }
});

test('a row that is not one-hot', async () => {
  const y = bytesArray([3, 2], [0, 1, 1, 1, 0, 1]);
  await expect(openArrays({ x: keras.x_train, y })).rejects.toThrow('row 1 is not one-hot');
});

test('truncated and foreign files', async () => {
  const truncated = encodeNpyFile(keras.x_train).subarray(0, -1);
  await expect(open({ 'x.npy': truncated })).rejects.toThrow(
    'x.npy is truncated: its header announces 3×2×4',
  );
  await expect(open({ 'x.npz': 'hello, this is no zip archive' })).rejects.toThrow(
    'x.npz is not a file of NumPy',
  );
  const none = await openFilesOf(scratch, { 'train.csv': 'label,pixel0\n1,2\n' });
  expect(await openNpz(none, datasetSettings())).toBeUndefined();
});

/** Rewrites the 32-bit field at an offset of every directory entry. */
function patchDirectory(file: Uint8Array, offset: number, value: number): Uint8Array {
  const patched = Buffer.from(file);
  for (let at = patched.indexOf('PK\x01\x02'); at >= 0; at = patched.indexOf('PK\x01\x02', at + 1))
    patched.writeUInt32LE(value, at + offset);
  return patched;
}

test('zip bombs: a size that is impossible, and one that the content does not have', async () => {
  const file = encodeNpzFile({ x: keras.x_train, y: keras.y_train }, 6);
  await expect(open({ 'x.npz': patchDirectory(file, 24, 0x7fff_ffff) })).rejects.toThrow(
    'announces 2147483647 uncompressed, which is impossible',
  );
  await expect(open({ 'x.npz': patchDirectory(file, 24, 4096) })).rejects.toThrow(
    'has trailing bytes: its header announces 3×2×4 values',
  );
});

test('ZIP64, as for files above 4 GiB', async () => {
  const file = Buffer.from(encodeNpzFile({ x: keras.x_train }));
  const start = file.indexOf('PK\x01\x02');
  const end = file.indexOf('PK\x05\x06');
  const entry = Buffer.from(file.subarray(start, end));
  const [compressed, bytes] = [entry.readUInt32LE(20), entry.readUInt32LE(24)];
  for (const field of [20, 24, 42]) entry.writeUInt32LE(0xffff_ffff, field);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(BigInt(bytes), 4);
  extra.writeBigUInt64LE(BigInt(compressed), 12);
  entry.writeUInt16LE(extra.length, 30);
  const end64 = Buffer.alloc(56);
  end64.write('PK\x06\x06', 'latin1');
  end64.writeBigUInt64LE(BigInt(entry.length + extra.length), 40);
  end64.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(start + entry.length + extra.length), 8);
  const last = Buffer.from(file.subarray(end));
  last.writeUInt32LE(0xffff_ffff, 12);
  last.writeUInt32LE(0xffff_ffff, 16);
  const wide = Buffer.concat([file.subarray(0, start), entry, extra, end64, locator, last]);
  const { source, files } = await open({ 'wide.npz': wide, 'labels.npy': encodeNpyFile(keras.y_train) });
  expect(await readSection(source.sections[0]!, files)).toMatchObject({
    values: count(24),
    labels: [5, 0, 5],
  });
});

test('altered bytes give a sentence or rows, and never another error', async () => {
  const original = encodeNpzFile({ x: keras.x_train, y: keras.y_train }, 6);
  const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const file = Buffer.from(original);
      for (const [at, value] of changes) file[at] = value;
      try {
        const { source, files } = await open({ 'some.npz': file });
        for (const section of source.sections) await readSection(section, files);
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidDataset' });
      }
    }),
    { numRuns: 150 },
  );
});
