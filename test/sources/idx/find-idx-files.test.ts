import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { findIdxFiles } from '../../../lib/sources/idx/find-idx-files';
import { MemoryFiles } from '../../../lib/sources/memory-files';
import { S3Files } from '../../../lib/sources/s3-files';
import type { SourceFiles } from '../../../lib/sources/source-files';
import { createFakeBucket, s3Error } from '../../support/fake-bucket';

const names = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};
const body = new Uint8Array(1);

/** Role and name of each file that is found. */
async function find(files: SourceFiles): Promise<Record<string, string> | undefined> {
  const found = await findIdxFiles(files);
  return found && Object.fromEntries(Object.entries(found).map(([role, file]) => [role, file!.name]));
}
const inMemory = (present: readonly string[]) =>
  new MemoryFiles('here', new Map(present.map((name) => [name, body])));

describe('a bucket that may be read but not listed: S3 answers 403 for an absent object', () => {
  /** For an identity with s3:GetObject only. */
  function openUnlisted(present: readonly string[], code = 'AccessDenied') {
    const { client, mock } = createFakeBucket();
    const known = new Set(present.map((name) => `team/${name}`));
    mock.on(HeadObjectCommand).callsFake(async ({ Key }) => {
      // An answer to HEAD has no body, and therefore no code.
      if (!known.has(Key)) throw s3Error('403', 403);
      return { ContentLength: 1 };
    });
    mock.on(GetObjectCommand).rejects(s3Error(code, 403));
    mock.on(ListObjectsV2Command).rejects(s3Error('AccessDenied', 403));
    return S3Files.open('bucket', 'team/', client);
  }

  test('a later name is still found', async () => {
    const packed = Object.values(names).map((name) => `${name}.gz`);
    expect(await find(await openUnlisted(packed))).toEqual({
      trainImages: packed[0],
      trainLabels: packed[1],
      testImages: packed[2],
      testLabels: packed[3],
    });
  });

  test('if none is found, the reason is that of S3', async () => {
    await expect(find(await openUnlisted([]))).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(
        /may not read the object, or the object is absent and this identity may not list/,
      ),
    });
  });
});

test('an uncompressed file is preferred to gzip, with any names', async () => {
  const present = Object.entries(names).flatMap(([role, name]) => {
    const own = `letters-${name.replace('t10k', 'test')}`;
    return role === 'testLabels' ? [`${own}.gz`] : [`${own}.gz`, own];
  });
  expect(await find(inMemory(present))).toEqual({
    trainImages: 'letters-train-images-idx3-ubyte',
    trainLabels: 'letters-train-labels-idx1-ubyte',
    testImages: 'letters-test-images-idx3-ubyte',
    testLabels: 'letters-test-labels-idx1-ubyte.gz',
  });
});

const four = Object.values(names);
const inWild = (rename: (name: string) => string) => Object.values(names).map(rename);

test.each<[string, readonly string[]]>([
  ['dotted', inWild((name) => name.replace('-idx', '.idx'))],
  [
    "QMNIST's",
    inWild((name) => `qmnist-${name.replace('t10k', 'test').replace('idx1-ubyte', 'idx2-int')}.gz`),
  ],
  ['upper case', inWild((name) => name.toUpperCase())],
  ['with an ending', inWild((name) => `${name}.idx`)],
  ['in folders of the same name', inWild((name) => `${name}/${name}`)],
  ['in folders of the same name, compressed', inWild((name) => `${name}/${name}.gz`)],
  ['beside folders of the same name', [...four, ...inWild((name) => `${name}/${name}`)]],
  [
    'dotted, beside a folder',
    inWild((name) => name.replace('-idx', '.idx')).flatMap((name) => [
      name,
      `${name.replace('.idx', '-idx')}/${name}`,
    ]),
  ],
  ['beside other files', [...four, 'README.md', 'train-images.png', 'labels.csv']],
])('names in the wild: %s', async (_, present) => {
  const found = await find(inMemory(present));
  expect(Object.keys(found ?? {}).sort()).toEqual(Object.keys(names).sort());
});

test('beside a folder of the same name, the file itself is taken', async () => {
  const found = await find(inMemory([...four.map((name) => `${name}/${name}`), ...four]));
  expect(found).toEqual(names);
});

test.each<[string, readonly string[], Record<string, string>]>([
  ['no test part', four.slice(0, 2), { trainImages: four[0]!, trainLabels: four[1]! }],
  [
    'no parts',
    ['images-idx3-ubyte', 'labels-idx1-ubyte'],
    { images: 'images-idx3-ubyte', labels: 'labels-idx1-ubyte' },
  ],
  [
    'a prefix and no parts',
    ['my-images.idx', 'my-labels.idx'],
    { images: 'my-images.idx', labels: 'my-labels.idx' },
  ],
])('%s: the files are all images', async (_, present, expected) => {
  expect(await find(inMemory(present))).toEqual(expected);
});

test.each<[string, readonly string[], RegExp]>([
  [
    'three of four',
    four.slice(0, 3),
    /^The dataset "here" has no t10k-labels-idx1-ubyte: none of t10k-labels-idx1-ubyte, t10k-labels\.idx1-ubyte, .*\.gz is in here\./,
  ],
  ['only a test part', four.slice(2), /has no train-images-idx3-ubyte/],
  ['only images', four.slice(0, 1), /has no train-labels-idx1-ubyte/],
  [
    'in a folder',
    four.map((name) => `MNIST/raw/${name}`),
    /There are such files in its folder MNIST\/raw: pass here\/MNIST\/raw\./,
  ],
  [
    'two datasets',
    [...four.map((name) => `a-${name}`), ...four.map((name) => `b-${name}`)],
    /has 2 datasets in here: their file names start with a-, b-\. Copy the files of one dataset, such as b-\*, to a separate/,
  ],
])('%s: refused', async (_, present, message) => {
  await expect(find(inMemory(present))).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(message),
  });
});

test('other files are not IDX files by their names', async () => {
  expect(await find(inMemory(['train.csv', 'x.npz', 'train/cats/1.png', 'images.zip']))).toBeUndefined();
});
