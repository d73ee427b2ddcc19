import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseIdx } from '../../lib/dataset/idx';
import { copyFiles, findMissingFiles, readSourceDataset } from '../../lib/dataset/import-dataset';
import { MemoryStore } from '../../lib/store/memory-store';
import type { ObjectInfo } from '../../lib/store/object-store';
import {
  encodeIdx,
  encodeTinyDataset,
  encodeTypedIdx,
  makeTinyDataset,
  writeFiles,
} from '../support/tiny-dataset';

const tiny = encodeTinyDataset(makeTinyDataset({ trainCount: 20, testCount: 10 }));
const names = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

const retype = (type: 'int32' | 'float64') => (body: Uint8Array) => {
  const { shape, data } = parseIdx(body, 'file');
  return encodeTypedIdx(type, shape, data);
};

let folder: string;
let store: MemoryStore;
let notes: string[];
let remarks: readonly string[];
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'import-')), 'My Digits');
  store = new MemoryStore();
  notes = [];
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function run(source = folder, classes = 10): Promise<string> {
  const dataset = await readSourceDataset(source, classes);
  remarks = dataset.remarks;
  const missing = await findMissingFiles(dataset, store);
  await copyFiles(dataset, missing, { store, note: (message) => notes.push(message) });
  return dataset.name;
}
const listAll = async (): Promise<ObjectInfo[]> => {
  const objects: ObjectInfo[] = [];
  for await (const object of store.list('')) objects.push(object);
  return objects;
};

test('copies the four files, unpacked, under a name made of folder and content', async () => {
  await writeFiles(folder, tiny);
  const name = await run();
  expect(name).toMatch(/^my-digits-[0-9a-f]{8}$/);
  for (const [fileName, body] of Object.entries(tiny)) {
    expect(Buffer.compare(await store.get(`datasets/${name}/raw/${fileName}`), body)).toBe(0);
  }
  expect(await listAll()).toHaveLength(4);
  expect(notes).toEqual([`Imported 20 training and 10 test images from ${folder} as dataset "${name}"`]);
});

test.each<[string, (name: string) => string, (body: Uint8Array) => Uint8Array]>([
  ['gzip files', (name) => `${name}.gz`, gzipSync],
  ['dotted names', (name) => name.replace('-idx', '.idx'), (body) => body],
  ['dotted gzip files', (name) => `${name.replace('-idx', '.idx')}.gz`, gzipSync],
  ['gzip under a plain name', (name) => name, gzipSync],
  ['plain files under gzip names', (name) => `${name}.gz`, (body) => body],
  ['gzip in gzip', (name) => `${name}.gz`, (body) => gzipSync(gzipSync(body))],
  [
    'members of gzip one after another',
    (name) => `${name}.gz`,
    (body) => Buffer.concat([gzipSync(body.subarray(0, 9)), gzipSync(body.subarray(9))]),
  ],
  ['int32 values', (name) => name, retype('int32')],
  ['float64 values', (name) => name, retype('float64')],
  ['names of another dataset', (name) => `emnist-digits-${name.replace('t10k', 'test')}`, (body) => body],
  [
    'QMNIST names',
    (name) => `qmnist-${name.replace('t10k', 'test').replace('idx1-ubyte', 'idx2-int')}.gz`,
    gzipSync,
  ],
])('%s make the same dataset', async (_, rename, pack) => {
  await writeFiles(folder, tiny);
  const name = await run();
  await rm(folder, { recursive: true });
  await writeFiles(
    folder,
    Object.fromEntries(Object.entries(tiny).map(([fileName, body]) => [rename(fileName), pack(body)])),
  );
  expect(await run()).toBe(name);
  expect(await listAll()).toHaveLength(4);
});

test('a second import writes nothing and notifies nothing', async () => {
  await writeFiles(folder, tiny);
  await run();
  notes = [];
  const write = jest.spyOn(store, 'put');
  await run();
  expect(write).not.toHaveBeenCalled();
  expect(notes).toEqual([]);
});

test('other content of the same folder is another dataset', async () => {
  await writeFiles(folder, tiny);
  const name = await run();
  await writeFiles(folder, encodeTinyDataset(makeTinyDataset({ trainCount: 20, testCount: 10, seed: 2 })));
  expect(await run()).not.toBe(name);
});

test('an altered copy is not used', async () => {
  await writeFiles(folder, tiny);
  const key = `datasets/${await run()}/raw/${names.trainLabels}`;
  await store.put(key, encodeIdx([20], new Uint8Array(20)));
  await expect(run()).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(/train-labels-idx1-ubyte in memory: differs .* Delete it and run again/),
  });
});

test('a file that another process copied in the meantime is verified', async () => {
  await writeFiles(folder, tiny);
  const dataset = await readSourceDataset(folder, 10);
  const missing = await findMissingFiles(dataset, store);
  expect(missing).toHaveLength(4);
  await run();
  notes = [];
  await copyFiles(dataset, missing, { store, note: (message) => notes.push(message) });
  expect(notes).toEqual([]);

  await store.put(`datasets/${dataset.name}/raw/${names.testLabels}`, encodeIdx([10], new Uint8Array(10)));
  await expect(
    copyFiles(dataset, missing, { store, note: (message) => notes.push(message) }),
  ).rejects.toMatchObject({ name: 'CorruptArtifact' });
});

const html = Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>');
const images = (...shape: number[]) => encodeIdx(shape, new Uint8Array(shape.reduce((a, b) => a * b, 1)));

test.each<[string, Record<string, Uint8Array>, RegExp]>([
  [
    'a truncated file',
    { [names.trainImages]: tiny[names.trainImages]!.subarray(0, 500) },
    /^train-images-idx3-ubyte in .*My Digits is not a complete IDX file: it is truncated: .*20×6×6 values, 736 bytes in all, and 500 are there/,
  ],
  [
    'a wrong magic',
    { [names.testLabels]: Buffer.from('%PDF-1.7 and so on') },
    /^t10k-labels-idx1-ubyte in .*: it is a text file \(it begins with "%PDF-1\.7 and so on"\)/,
  ],
  ['an HTML page', { [names.testImages]: html }, /^t10k-images-idx3-ubyte in .*looks like an HTML page/],
  [
    'fewer labels than images',
    { [names.trainLabels]: encodeIdx([19], new Uint8Array(19)) },
    /^train-images-idx3-ubyte has 20 images and train-labels-idx1-ubyte has 19 labels\. Every image needs one/,
  ],
  [
    'a label out of range',
    { [names.testLabels]: encodeIdx([10], Uint8Array.of(0, 1, 2, 10, 4, 5, 6, 7, 8, 9)) },
    /^t10k-labels-idx1-ubyte has the label 10 at row 3, and labels are 0 to 9 with 10 classes\. The dataset's labels are 0 to 10: set "classes" to 11, or correct the file\.$/,
  ],
  [
    'an empty split',
    { [names.testImages]: images(0, 6, 6), [names.testLabels]: encodeIdx([0], new Uint8Array(0)) },
    /^t10k-images-idx3-ubyte is empty: its header announces 0 images of 6×6 pixels/,
  ],
  ['images without pixels', { [names.trainImages]: images(20, 0, 6) }, /20 images of 0×6 pixels/],
  [
    'test images of another size',
    { [names.testImages]: images(10, 6, 7) },
    /^The training images are 6×6 pixels and the test images 6×7 \(height×width\)\. Both must have the same size/,
  ],
  [
    'images with colors',
    { [names.trainImages]: images(20, 6, 6, 3) },
    /^train-images-idx3-ubyte has 4 dimensions \(20×6×6×3\), and images have three/,
  ],
  [
    'labels as a matrix',
    { [names.trainLabels]: images(20, 2) },
    /^train-labels-idx1-ubyte has 2 dimensions \(20×2\), and labels have one/,
  ],
  [
    'labels that do not start at 0',
    {
      [names.trainLabels]: encodeIdx(
        [20],
        Uint8Array.from({ length: 20 }, (_, row) => 1 + (row % 10)),
      ),
      [names.testLabels]: encodeIdx([10], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11)),
    },
    /label 10 at row 9, .* The dataset's labels are 1 to 11: they do not start at 0\. Set "classes" to 12, which leaves the labels below 1 unused, or subtract 1/,
  ],
  [
    'labels beside no test labels',
    {
      [names.trainLabels]: encodeIdx([20], new Uint8Array(20).fill(12)),
      [names.testLabels]: encodeIdx([0], new Uint8Array(0)),
    },
    /The dataset's labels are 12 to 12/,
  ],
])('%s is refused, and nothing is written', async (_, replacements, message) => {
  await writeFiles(folder, { ...tiny, ...replacements });
  await expect(run()).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(message),
  });
  expect(await listAll()).toEqual([]);
});

test('the highest label must fit the number of classes', async () => {
  await writeFiles(folder, tiny);
  await expect(run(folder, 9)).rejects.toThrow(/label 9 at row 9, and labels are 0 to 8 with 9 classes/);
  await expect(run(folder, 10)).resolves.toBeDefined();
});

describe('where the four files are', () => {
  const under = (prefix: string, files = tiny) =>
    Object.fromEntries(
      Object.entries(files).map(([name, body]) => [`${prefix}${name.replace('t10k', 'test')}`, body]),
    );

  test('several datasets in one folder are refused, and the remedy works', async () => {
    await writeFiles(folder, { ...under('emnist-digits-'), ...under('emnist-letters-') });
    await expect(run()).rejects.toThrow(
      /has 2 datasets in .*: their file names start with emnist-digits-, emnist-letters-\. Copy the four files of one dataset, such as emnist-letters-\*, to a separate folder, and pass that folder\./,
    );
    const own = join(folder, '..', 'letters');
    await writeFiles(own, under('emnist-letters-'));
    await expect(run(own)).resolves.toMatch(/^letters-/);
  });

  test('the message names a subfolder with a dataset, which is accepted', async () => {
    const raw = join(folder, 'MNIST', 'raw');
    await writeFiles(raw, tiny);
    await expect(run()).rejects.toThrow(`There are four such files in its folder MNIST/raw: pass ${raw}.`);
    await expect(run(raw)).resolves.toMatch(/^raw-/);
  });

  test('a set with a missing file is not a dataset', async () => {
    const { 'emnist-digits-test-labels-idx1-ubyte': _, ...three } = under('emnist-digits-');
    await writeFiles(folder, three);
    await expect(run()).rejects.toThrow(/has no train-images-idx3-ubyte: none of/);
  });

  test('a folder with the name of a file is skipped', async () => {
    await writeFiles(join(folder, names.trainImages), {});
    await writeFiles(
      folder,
      Object.fromEntries(Object.entries(tiny).map(([name, body]) => [`${name}.gz`, gzipSync(body)])),
    );
    await expect(run()).resolves.toMatch(/^my-digits-/);
  });
});

describe('a suspicious dataset gives a note, every time', () => {
  const letters = (base: Record<string, Uint8Array>) => {
    const relabel = (count: number) =>
      encodeIdx(
        [count],
        Uint8Array.from({ length: count }, (_, row) => 1 + (row % 26)),
      );
    return { ...base, [names.trainLabels]: relabel(60), [names.testLabels]: relabel(30) };
  };
  const sixty = encodeTinyDataset(makeTinyDataset({ trainCount: 60, testCount: 30 }));

  test('pixels that use one sixteenth of the range', async () => {
    const dark = Object.fromEntries(
      Object.entries(tiny).map(([name, body]) => [
        name,
        body.map((value, at) => (at < 16 ? value : value >> 4)),
      ]),
    );
    await writeFiles(folder, { ...tiny, [names.testImages]: dark[names.testImages]! });
    for (let time = 0; time < 2; time += 1) {
      await run();
      expect(remarks).toContainEqual(
        expect.stringMatching(/^The brightest pixel of t10k-images-idx3-ubyte is 1[0-5], /),
      );
      expect(remarks).not.toContainEqual(expect.stringMatching(/^The brightest pixel of train/));
    }
  });

  test("EMNIST's images are transposed", async () => {
    const named = Object.entries(tiny).map(([name, body]) => [
      `emnist-digits-${name.replace('t10k', 'test')}`,
      body,
    ]);
    await writeFiles(folder, Object.fromEntries(named));
    await run();
    expect(remarks).toContainEqual(
      expect.stringMatching(
        /^emnist-digits-train-images-idx3-ubyte is from EMNIST, whose images are transposed/,
      ),
    );
  });

  test('labels 1 to 26 are refused with 26 classes; the remedy works, and EMNIST is suspected', async () => {
    await writeFiles(folder, letters(sixty));
    await expect(run(folder, 26)).rejects.toThrow(
      /label 26 at row 25, and labels are 0 to 25 with 26 classes\. The dataset's labels are 1 to 26: they do not start at 0\. Set "classes" to 27/,
    );
    await expect(run(folder, 27)).resolves.toBeDefined();
    expect(remarks).toContainEqual(
      expect.stringMatching(/labels 1 to 26, like EMNIST's letters, whose images are transposed/),
    );
  });
});

test('a missing file and a missing folder are named', async () => {
  const { [names.testLabels]: _, ...three } = tiny;
  await writeFiles(folder, three);
  await expect(run()).rejects.toThrow(/has no t10k-labels-idx1-ubyte: none of .*\.gz is in .*My Digits\./);
  await expect(run('minst')).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(/^The dataset "minst" has no .* A dataset is "mnist", or a folder or s3:/),
  });
  expect(await listAll()).toEqual([]);
});

describe('the built-in mnist', () => {
  afterEach(() => {
    delete process.env['MNIST_DATA_FOLDER'];
  });

  test('is read from MNIST_DATA_FOLDER, and must be the published files', async () => {
    await writeFiles(folder, tiny);
    process.env['MNIST_DATA_FOLDER'] = folder;
    await expect(run('mnist')).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(
        /^train-images-idx3-ubyte in .*My Digits is not the published MNIST file: .* ba891046e6505d7aad.* is expected/,
      ),
    });
    expect(await listAll()).toEqual([]);
  });
});
