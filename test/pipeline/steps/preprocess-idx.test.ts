import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DatasetManifest } from '../../../lib/contracts/dataset';
import type { RunConfig } from '../../../lib/contracts/run-config';
import { commitPreprocessing } from '../../../lib/pipeline/steps/commit';
import { preprocessPart } from '../../../lib/pipeline/steps/shard';
import { MemoryStore } from '../../../lib/store/memory-store';
import { parseIdx } from '../../support/parse-idx';
import {
  createStepContext,
  planDataset,
  prepareDataset,
  type RecordingContext,
  readPlan,
} from '../../support/prepare-dataset';
import {
  encodeIdx,
  encodeTinyDataset,
  encodeTypedIdx,
  makeTinyDataset,
  writeFiles,
} from '../../support/tiny-dataset';

const tiny = encodeTinyDataset(makeTinyDataset({ trainCount: 20, testCount: 10 }));
const names = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

const retype =
  (type: 'int16' | 'int32' | 'float32' | 'float64', factor = 1) =>
  (body: Uint8Array, name: string) => {
    const { shape, data } = parseIdx(body);
    return encodeTypedIdx(
      type,
      shape,
      Array.from(data, (value) => value * (name.includes('images') ? factor : 1)),
    );
  };

let folder: string;
let store: MemoryStore;
let context: RecordingContext;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'import-')), 'My Digits');
  store = new MemoryStore();
  context = createStepContext(store);
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const run = async (source = folder, settings: Partial<RunConfig> = {}): Promise<string> =>
  (await planDataset(source, context, settings)).dataset;
const remarks = () => context.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
const listAll = async (): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
};

test('a folder gets a name made of its own and of its content, is described, and is not copied', async () => {
  await writeFiles(folder, tiny);
  const name = await run();
  expect(name).toMatch(/^my-digits-[0-9a-f]{8}$/);
  expect(remarks()).toEqual([
    `${folder} has four IDX files: 20 training and 10 test images, named "${name}" here`,
  ]);
  expect((await listAll()).filter((key) => key.includes('/raw/'))).toEqual([]);
});

/** The shards, without the name of the dataset. */
function shardsOf({ train, test }: DatasetManifest) {
  return [...train.shards, ...test.shards].map(({ key, sha256, rowCount }) => [
    key.slice(-15),
    sha256,
    rowCount,
  ]);
}

test.each<[string, (name: string) => string, (body: Uint8Array, name: string) => Uint8Array]>([
  ['gzip files', (name) => `${name}.gz`, (body) => gzipSync(body)],
  ['dotted names', (name) => name.replace('-idx', '.idx'), (body) => body],
  ['dotted gzip files', (name) => `${name.replace('-idx', '.idx')}.gz`, (body) => gzipSync(body)],
  ['gzip under a plain name', (name) => name, (body) => gzipSync(body)],
  ['plain files under gzip names', (name) => `${name}.gz`, (body) => body],
  ['gzip in gzip', (name) => `${name}.gz`, (body) => gzipSync(gzipSync(body))],
  [
    'members of gzip one after another',
    (name) => `${name}.gz`,
    (body) => Buffer.concat([gzipSync(body.subarray(0, 9)), gzipSync(body.subarray(9))]),
  ],
  ['int16 values', (name) => name, retype('int16')],
  ['int32 values', (name) => name, retype('int32')],
  ['float32 values', (name) => name, retype('float32')],
  ['float64 values from 0 to 1', (name) => name, retype('float64', 1 / 255)],
  [
    'labels as a column',
    (name) => name,
    (body, name) => (name.includes('labels') ? encodeIdx([body.length - 8, 1], body.subarray(8)) : body),
  ],
  [
    'labels as one-hot rows',
    (name) => name,
    (body, name) => {
      if (!name.includes('labels')) return body;
      const hot = new Uint8Array((body.length - 8) * 10);
      for (const [row, label] of body.subarray(8).entries()) hot[row * 10 + label] = 1;
      return encodeIdx([body.length - 8, 10], hot);
    },
  ],
  [
    "labels in QMNIST's eight columns",
    (name) => name,
    (body, name) => {
      if (!name.includes('labels')) return body;
      const rows = Array.from(body.subarray(8), (label) => [label, 0, 2598, 0, 5, 2, 0, 7]).flat();
      return encodeTypedIdx('int32', [body.length - 8, 8], rows);
    },
  ],
  ['names of another dataset', (name) => `emnist-digits-${name.replace('t10k', 'test')}`, (body) => body],
  [
    'QMNIST names',
    (name) => `qmnist-${name.replace('t10k', 'test').replace('idx1-ubyte', 'idx2-int')}.gz`,
    (body) => gzipSync(body),
  ],
])('%s make the same shards', async (_, rename, pack) => {
  await writeFiles(folder, tiny);
  const manifest = await prepareDataset(folder, context);
  await rm(folder, { recursive: true });
  await writeFiles(
    folder,
    Object.fromEntries(Object.entries(tiny).map(([name, body]) => [rename(name), pack(body, name)])),
  );
  const same = await prepareDataset(folder, createStepContext(new MemoryStore()));
  expect(shardsOf(same)).toEqual(shardsOf(manifest));
  for (const split of ['train', 'test'] as const) {
    const { shards: _, ...summary } = manifest[split];
    expect(same[split]).toMatchObject(summary);
  }
});

test('a compressed file is one part, and an uncompressed one has a part for every 10,000 images', async () => {
  const large = encodeTinyDataset(makeTinyDataset({ trainCount: 20_001, testCount: 50, imageShape: [1, 2] }));
  await writeFiles(folder, { ...large, [names.trainImages]: gzipSync(large[names.trainImages]!) });
  const compressed = await readPlan(await planDataset(folder, context), context);
  expect(compressed.parts.map(({ slice, rowCount }) => [slice.kind, rowCount])).toEqual([
    ['stream', 20_001],
    ['values', 50],
  ]);
  await writeFiles(folder, large);
  const plain = await readPlan(await planDataset(folder, context, {}, 'plain'), context);
  expect(plain.parts.map(({ slice, rowCount }) => [slice.kind, rowCount])).toEqual([
    ['values', 10_000],
    ['values', 10_000],
    ['values', 1],
    ['values', 50],
  ]);
  const manifests = [];
  for (const each of [compressed, plain]) {
    const fresh = createStepContext(new MemoryStore());
    await writeFiles(
      folder,
      each === plain ? large : { [names.trainImages]: gzipSync(large[names.trainImages]!) },
    );
    manifests.push(await prepareDataset(folder, fresh));
  }
  expect(shardsOf(manifests[0]!)).toEqual(shardsOf(manifests[1]!));
});

test('a source without a test part is divided, by class and with a seed', async () => {
  const dataset = makeTinyDataset({ trainCount: 200, classes: 4 });
  const { [names.testImages]: _, [names.testLabels]: __, ...training } = encodeTinyDataset(dataset);
  await writeFiles(folder, training);
  const first = await prepareDataset(folder, context, { classes: 4 });
  expect([first.train, first.test].map(({ labelCounts }) => labelCounts)).toEqual([
    [40, 40, 40, 40],
    [10, 10, 10, 10],
  ]);
  const again = await prepareDataset(folder, createStepContext(new MemoryStore()), { classes: 4 });
  expect(shardsOf(again)).toEqual(shardsOf(first));
  const { parts } = await readPlan(first, context);
  expect(parts).toMatchObject([{ train: { rowCount: 160 }, test: { rowCount: 40 } }]);
});

test('other content of the same folder is another dataset', async () => {
  await writeFiles(folder, tiny);
  const name = await run();
  await writeFiles(folder, encodeTinyDataset(makeTinyDataset({ trainCount: 20, testCount: 10, seed: 2 })));
  expect((await planDataset(folder, context, {}, 'other')).dataset).not.toBe(name);
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
    'a test label that the training images do not have',
    { [names.testLabels]: encodeIdx([10], Uint8Array.of(0, 1, 2, 10, 4, 5, 6, 7, 8, 9)) },
    /^The test part has images of the class 10 that the training part has no images of/,
  ],
  [
    'an empty split',
    { [names.testImages]: images(0, 6, 6), [names.testLabels]: encodeIdx([0], new Uint8Array(0)) },
    /^t10k-images-idx3-ubyte in .* is empty: its header announces 0 images of 6×6 pixels/,
  ],
  ['images without pixels', { [names.trainImages]: images(20, 0, 6) }, /20 images of 0×6 pixels/],
  [
    'test images of another size',
    { [names.testImages]: images(10, 6, 7) },
    /^The images have different sizes, and a model needs one.*the largest 7×6/,
  ],
  [
    'images with four channels',
    { [names.trainImages]: images(20, 6, 6, 4) },
    /^train-images-idx3-ubyte in .* has 4 dimensions \(20×6×6×4\), and images have three/,
  ],
  [
    'labels as a matrix',
    { [names.trainLabels]: images(20, 2) },
    /^train-labels-idx1-ubyte in .* has 2 dimensions \(20×2\), and labels have one/,
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
  await expect(run(folder, { classes: 9 })).rejects.toThrow(/labels are 0 to 8 with 9 classes/);
  await expect(run(folder, { classes: 10 })).resolves.toBeDefined();
});

test('everything that is wrong is said at once', async () => {
  await writeFiles(folder, {
    ...tiny,
    [names.trainImages]: html,
    [names.trainLabels]: images(20, 2),
    [names.testLabels]: encodeIdx([9], new Uint8Array(9)),
  });
  await expect(run()).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(
      /^The dataset ".*My Digits" has 3 problems:\n- train-images.*HTML page.*\n- train-labels.*\n- t10k-images.* has 10 images and .* 9 labels/s,
    ),
  });
  expect(await listAll()).toEqual([]);
});

test('compressed images that end too early, and others with trailing bytes, are refused at once', async () => {
  await writeFiles(folder, {
    ...tiny,
    [names.trainImages]: gzipSync(tiny[names.trainImages]!.subarray(0, 500)),
    [names.testImages]: gzipSync(Buffer.concat([tiny[names.testImages]!, Buffer.alloc(1)])),
  });
  await expect(run()).rejects.toThrow(
    / has 2 problems:\n- train-images.* truncated.*\n- t10k-images.* trailing bytes/s,
  );
  expect(await listAll()).toEqual([]);
});

describe('what only a worker can see is refused by the commit, and no manifest is written', () => {
  const expectRefused = async (message: RegExp) => {
    await expect(prepareDataset(folder, context)).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(message),
    });
    expect((await listAll()).filter((key) => key.endsWith('manifest.json'))).toEqual([]);
  };

  test('compressed images that end too early, and others with trailing bytes', async () => {
    // More than the sample reads.
    const large = Buffer.from(encodeIdx([7000, 28, 28], new Uint8Array(7000 * 784)));
    const labels = encodeIdx(
      [7000],
      Uint8Array.from({ length: 7000 }, (_, row) => row % 10),
    );
    await writeFiles(folder, {
      [names.trainImages]: gzipSync(large.subarray(0, -1)),
      [names.testImages]: gzipSync(Buffer.concat([large, Buffer.alloc(1)])),
      [names.trainLabels]: labels,
      [names.testLabels]: labels,
    });
    await expectRefused(/ has 2 problems:\n- train-images.* truncated.*\n- t10k-images.* trailing bytes/s);
  });

  test('a value out of range after the sample', async () => {
    const values = new Array(100 * 2).fill(1);
    values[150] = 0.5;
    values[160] = 7;
    await writeFiles(folder, {
      ...encodeTinyDataset(makeTinyDataset({ trainCount: 100, testCount: 50, imageShape: [1, 2] })),
      [names.trainImages]: encodeTypedIdx('float32', [100, 1, 2], values),
      [names.testImages]: encodeTypedIdx('float32', [50, 1, 2], new Array(100).fill(0.5)),
    });
    await expectRefused(/^image 80 of train-images-idx3-ubyte has the value 7, and .* from 0 \(black\) to 1/);
  });

  test('a file that changed after the plan', async () => {
    await writeFiles(folder, tiny);
    const planned = await planDataset(folder, context);
    await writeFiles(folder, { [names.trainImages]: tiny[names.trainImages]!.map((byte) => byte ^ 1) });
    const { parts } = await readPlan(planned, context);
    for (const part of parts) await preprocessPart(part, context);
    await expect(commitPreprocessing(planned, context)).rejects.toMatchObject({
      name: 'InvalidDataset',
      message: expect.stringMatching(/^train-images-idx3-ubyte in .* changed while it was read/),
    });
  });
});

test("EMNIST's images are transposed: a note, every time", async () => {
  const named = Object.entries(tiny).map(([name, body]) => [
    `emnist-digits-${name.replace('t10k', 'test')}`,
    body,
  ]);
  await writeFiles(folder, Object.fromEntries(named));
  await prepareDataset(folder, context);
  for (let time = 0; time < 2; time += 1) {
    expect(remarks()).toContainEqual(
      expect.stringMatching(
        /^emnist-digits-train-images-idx3-ubyte is from EMNIST, whose images are transposed.*--transpose/,
      ),
    );
    context.events.length = 0;
    expect(await planDataset(folder, context)).toMatchObject({ isPrepared: true });
  }
});

test('a missing file and a missing folder are named', async () => {
  const { [names.testLabels]: _, ...three } = tiny;
  await writeFiles(folder, three);
  await expect(run()).rejects.toThrow(/has no t10k-labels-idx1-ubyte: none of .*\.gz is in .*My Digits\./);
  await expect(run('minst')).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(
      /^There is no file or folder "minst".* a dataset is "mnist", a file, a folder/,
    ),
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
