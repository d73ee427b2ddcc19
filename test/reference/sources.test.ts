import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Split } from '../../lib/contracts/dataset';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { loadSplit } from '../../lib/dataset/load-split';
import { openCsv } from '../../lib/sources/csv/open-csv';
import { openNpz } from '../../lib/sources/npz/open-npz';
import { openSourceFiles } from '../../lib/sources/open-files';
import { openParquet } from '../../lib/sources/parquet/open-parquet';
import type { OpenSource } from '../../lib/sources/source';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { preparePython, runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';
import { datasetSettings, readSection } from '../support/source-rows';

const folder = useScratchFolder();
const count = 300;

beforeAll(() => {
  const script = join(__dirname, 'sources_write.py');
  execFileSync(preparePython('sources'), [script, findMnistFolder(), folder, String(count)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
});

const open = async (name: string, openSource: OpenSource) => {
  const files = await openSourceFiles(join(folder, name));
  const isNamed = /^pyarrow-(none|snappy|gzip|zstd|brotli|lz4)$/.test(name);
  const settings = datasetSettings(isNamed ? { imagesColumn: 'picture', labelsColumn: 'kind' } : {});
  return { files, source: (await openSource(files, settings))! };
};

/** Prepares a dataset, and reads it from its shards. */
async function prepare(name: string) {
  const store = new MemoryStore();
  const isNamed = /^pyarrow-(none|snappy|gzip|zstd|brotli)$/.test(name);
  const settings = isNamed ? { imagesColumn: 'picture', labelsColumn: 'kind' } : {};
  const manifest = await prepareDataset(join(folder, name), createStepContext(store), settings);
  const shardsOf = (split: Split) =>
    manifest[split].shards.map(({ rowCount, bytes, sha256 }) => ({ rowCount, bytes, sha256 }));
  const rowsOf = async (split: Split) => {
    const { pixels, labels } = await loadSplit(store, manifest, split);
    return Array.from(
      labels,
      (label, row) => `${label} ${sha256Hex(pixels.subarray(row * 784, (row + 1) * 784))}`,
    );
  };
  return { shards: { train: shardsOf('train'), test: shardsOf('test') }, rowsOf };
}

const readMnist = (part: 'train' | 't10k', content: string, headerBytes: number, bytes: number) =>
  readFileSync(join(findMnistFolder(), `${part}-${content}-ubyte`)).subarray(
    headerBytes,
    headerBytes + bytes,
  );

/** The rows of a section are those of the IDX files. */
async function expectMnist(part: 'train' | 't10k', name: string, openSource: OpenSource, index: number) {
  const { source, files } = await open(name, openSource);
  expect(source.problems).toEqual([]);
  const { values, shape, labels, problems } = await readSection(source.sections[index]!, files);
  expect(problems).toEqual([]);
  expect(shape!.slice(0, 2)).toEqual([28, 28]);
  const channels = shape![2] ?? 1;
  for (let channel = 0; channel < channels; channel += 1) {
    const gray = Buffer.from(values.filter((_, at) => at % channels === channel));
    expect(gray.equals(readMnist(part, 'images-idx3', 16, count * 784))).toBe(true);
  }
  const numbers = labels.map((label) => Number(String(label).replace('digit ', '')));
  expect(numbers).toEqual([...readMnist(part, 'labels-idx1', 8, count)]);
  return source;
}

const kinds: readonly (readonly [name: string, openSource: OpenSource])[] = [
  ['keras', openNpz],
  ['savez', openNpz],
  ['int64', openNpz],
  ['texts', openNpz],
  ['npy', openNpz],
  ['csv', openCsv],
  ['csv-gz', openCsv],
  ['csv-index', openCsv],
  ['csv-last', openCsv],
  ['datasets', openParquet],
  ['pyarrow-none', openParquet],
  ['pyarrow-snappy', openParquet],
  ['pyarrow-gzip', openParquet],
  ['pyarrow-zstd', openParquet],
  ['pyarrow-brotli', openParquet],
  ['pyarrow-lists', openParquet],
  ['pyarrow-nested', openParquet],
];
/** One file for each part, with the images in the order of the IDX files. */
const oneFile = kinds.map(([name]) => name).filter((name) => name !== 'datasets');

test.each(kinds)('the images and labels of %s are those of the IDX files', async (name, openSource) => {
  const source = await expectMnist('train', name, openSource, 0);
  expect(source.sections.map(({ split }) => split)).toEqual(['train', 'test']);
  await expectMnist('t10k', name, openSource, 1);
});

test.each(oneFile)('the shards of %s are byte for byte those of the IDX files', async (name) => {
  const { shards } = await prepare(name);
  expect(shards.train).toEqual([expect.objectContaining({ rowCount: count })]);
  expect(shards).toEqual((await prepare('idx')).shards);
});

test('two files for a part have a shard each, with the rows of the IDX files', async () => {
  const [twoFiles, idx] = [await prepare('datasets'), await prepare('idx')];
  expect(twoFiles.shards.train).toHaveLength(2);
  expect(twoFiles.shards.test).toEqual(idx.shards.test);
  expect(await twoFiles.rowsOf('train')).toEqual(await idx.rowsOf('train'));
});

test('the shards of a folder of images have the same rows: its order is mixed by the names of the files', async () => {
  const [images, idx] = [await prepare('images'), await prepare('idx')];
  for (const split of ['train', 'test'] as const) {
    const [mixed, inOrder] = [await images.rowsOf(split), await idx.rowsOf(split)];
    expect(mixed).not.toEqual(inOrder);
    expect(mixed.sort()).toEqual(inOrder.sort());
  }
});

test("Keras' own loader reads the .npz as we do", () => {
  const read = runPython<Record<string, unknown>>('keras_read_mnist.py', [join(folder, 'keras/mnist.npz')]);
  const of = (part: 'train' | 't10k') => [
    ['uint8', [count, 28, 28], sha256Hex(readMnist(part, 'images-idx3', 16, count * 784))],
    ['uint8', [count], sha256Hex(readMnist(part, 'labels-idx1', 8, count))],
  ];
  const [[x_train, y_train], [x_test, y_test]] = [of('train'), of('t10k')];
  expect(read).toEqual({ x_train, y_train, x_test, y_test });
});

test('datasets has the names of the classes', async () => {
  const { source } = await open('datasets', openParquet);
  expect(source.classNames).toEqual(Array.from({ length: 10 }, (_, label) => `digit ${label}`));
});

test.each<[name: string, openSource: OpenSource, problem: RegExp]>([
  ['fortran', openNpz, /np\.ascontiguousarray/],
  ['objects', openNpz, /np\.array\(values\.tolist\(\)\)/],
  ['pyarrow-lz4', openParquet, /is compressed with LZ4_RAW, .* compression="zstd"/],
])('%s is refused, and its remedy helps', async (name, openSource, problem) => {
  const { source } = await open(name, openSource);
  expect(source.problems[0]).toMatch(problem);
  await expectMnist('train', name === 'pyarrow-lz4' ? 'pyarrow-zstd' : `${name}-again`, openSource, 0);
});
