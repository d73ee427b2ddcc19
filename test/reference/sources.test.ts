import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { openCsv } from '../../lib/sources/csv/open-csv';
import { openNpz } from '../../lib/sources/npz/open-npz';
import { openSourceFiles } from '../../lib/sources/open-files';
import { openParquet } from '../../lib/sources/parquet/open-parquet';
import type { OpenSource } from '../../lib/sources/source';
import { preparePython } from '../support/reference-python';
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

test.each<[name: string, openSource: OpenSource]>([
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
])('the images and labels of %s are those of the IDX files', async (name, openSource) => {
  const source = await expectMnist('train', name, openSource, 0);
  expect(source.sections.map(({ split }) => split)).toEqual(['train', 'test']);
  await expectMnist('t10k', name, openSource, 1);
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
