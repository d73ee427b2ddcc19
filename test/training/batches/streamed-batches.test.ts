import { datasetManifestSchema } from '../../../lib/contracts/dataset';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { type RunConfig, runConfigSchema } from '../../../lib/contracts/run-config';
import {
  type ImageSource,
  inMemory,
  readFirst,
  readRows,
  takeInOrder,
} from '../../../lib/dataset/image-source';
import { type LabeledImages, loadSplit } from '../../../lib/dataset/load-split';
import { ShardImages } from '../../../lib/dataset/shard-images';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { openBatchSource } from '../../../lib/training/batches/batch-source';
import { ShardThreads } from '../../../lib/training/batches/shard-threads';
import { openTrainingImages } from '../../../lib/training/batches/training-images';
import { prepareRun } from '../../functions/prepare-run';
import { useScratchFolder } from '../../support/scratch-folder';
import { divideShards } from '../../support/small-shards';

const folder = useScratchFolder();
const store = new MemoryStore();
let manifest: Awaited<ReturnType<typeof divideShards>>;
let whole: LabeledImages;
beforeAll(async () => {
  const pointers = await prepareRun(store, 'run', `${folder}/digits`);
  manifest = await divideShards(store, pointers, 17);
  expect(
    await getJson(store, objectKeys.manifest(pointers.dataset, pointers.contentKey), datasetManifestSchema),
  ).toEqual(manifest);
  whole = await loadSplit(store, manifest, 'train');
});

const settingsOf = (change: Partial<RunConfig> = {}) =>
  runConfigSchema.parse({ batchSize: 24, seed: 5, ...change });

async function batchesOf(
  images: ImageSource,
  settings: RunConfig & { windowRows?: number },
  epoch: number,
  firstBatch = 0,
) {
  const source = openBatchSource(images, settings);
  const batches: unknown[] = [];
  for await (const { count, pixels, labels } of source.batchesOf(epoch, firstBatch))
    batches.push({ count, pixels: Uint8Array.from(pixels), labels: [...labels] });
  await source.close();
  return batches;
}

const augmented = { shiftPixels: 1, rotationDegrees: 20 };

test.each([
  ['without augmentation', {}],
  ['with augmentation', augmented],
])('%s: from shards, in one window, the batches are those of images in memory', async (_, change) => {
  const streamed = new ShardImages(store, manifest, 'train');
  expect(streamed.blockRows.length).toBeGreaterThan(5);
  const settings = settingsOf(change);
  for (const epoch of [1, 2])
    expect(await batchesOf(streamed, { ...settings, windowRows: whole.count }, epoch)).toEqual(
      await batchesOf(inMemory(whole), settings, epoch),
    );
});

test.each([
  ['without augmentation', {}],
  ['with augmentation', augmented],
])('%s: windows of a few shards, from any batch on, with the images of every row once', async (_, change) => {
  const streamed = new ShardImages(store, manifest, 'train');
  const settings = { ...settingsOf(change), windowRows: 40 };
  const all = await batchesOf(streamed, settings, 3);
  for (const first of [1, 2, 5, all.length - 1, all.length])
    expect(await batchesOf(streamed, settings, 3, first)).toEqual(all.slice(first));
  expect(await batchesOf(streamed, settings, 4)).not.toEqual(all);
  const describe = (batch: unknown) => {
    const { pixels, labels } = batch as { pixels: Uint8Array; labels: number[] };
    const size = pixels.length / labels.length;
    return labels.map((label, row) => `${label} ${pixels.subarray(row * size, (row + 1) * size)}`);
  };
  const plain = await batchesOf(streamed, { ...settingsOf(), windowRows: 40 }, 3);
  const memory = await batchesOf(inMemory(whole), settingsOf(), 1);
  expect(plain.flatMap(describe).sort()).toEqual(memory.flatMap(describe).sort());
});

test('a training that resumes does not read the windows before', async () => {
  const streamed = new ShardImages(store, manifest, 'train');
  const get = jest.spyOn(store, 'get');
  const settings = { ...settingsOf(), windowRows: 40 };
  const batches = await batchesOf(streamed, settings, 1);
  const readFor = get.mock.calls.length;
  get.mockClear();
  await batchesOf(streamed, settings, 1, batches.length - 1);
  expect(readFor).toBe(manifest.train.shards.length);
  expect(get.mock.calls.length).toBeLessThanOrEqual(2);
  get.mockRestore();
});

test('threads unpack shards to the same bytes, and none is left after close', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  const threads = new ShardThreads();
  const streamed = new ShardImages(store, manifest, 'train', { unpack: threads.unpack });
  const settings = { ...settingsOf(), windowRows: 40 };
  expect(await batchesOf(streamed, settings, 1)).toEqual(
    await batchesOf(new ShardImages(store, manifest, 'train'), settings, 1),
  );
  await threads.close();
  await expect(batchesOf(streamed, settings, 1)).rejects.toThrow('has ended');
  expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')).toHaveLength(before);
});

test('held out images are the same ones as in memory, in the same order', async () => {
  const settings = { validationFraction: 0.2, folds: 0, fold: 1, seed: 7 };
  const loaded = await openTrainingImages(store, manifest, settings, undefined);
  const streamed = await openTrainingImages(store, manifest, settings, 40);
  for (const part of ['trainImages', 'validationImages', 'testImages'] as const) {
    const [ours, theirs] = [streamed[part], loaded[part]];
    expect(ours.count).toBe(theirs.count);
    expect(await readFirst(ours, ours.count)).toEqual(await readFirst(theirs, theirs.count));
  }
  const batches = settingsOf({ seed: 7 });
  expect(await batchesOf(streamed.trainImages, { ...batches, windowRows: 1e6 }, 1)).toEqual(
    await batchesOf(loaded.trainImages, batches, 1),
  );
  await streamed.close();
});

test('rows that do not count are left out, in memory and streamed, also of the held out images', async () => {
  const without = [[0, 3, 16], undefined, [5]];
  const dropped = [0, 3, 16, 39];
  const shards = manifest.train.shards.map((shard, index) => ({ ...shard, without: without[index] }));
  const { train } = manifest;
  const reduced = { ...manifest, train: { ...train, rowCount: train.rowCount - dropped.length, shards } };
  const labels = [...whole.labels].filter((_, row) => !dropped.includes(row));
  const loaded = await loadSplit(store, reduced, 'train');
  expect([...loaded.labels]).toEqual(labels);
  const streamed = new ShardImages(store, reduced, 'train');
  expect(await readFirst(streamed, 1000)).toEqual(loaded);
  const settings = { validationFraction: 0.2, folds: 0, fold: 1, seed: 7 };
  const divided = await openTrainingImages(store, reduced, settings, 40);
  const inMemoryToo = await openTrainingImages(store, reduced, settings, undefined);
  for (const part of ['trainImages', 'validationImages'] as const)
    expect(await readFirst(divided[part], 1000)).toEqual(await readFirst(inMemoryToo[part], 1000));
  await divided.close();
});

test.each([1, 7, 16, 17, 18, 40, 1000])(
  'batches of %i in order do not depend on the shards',
  async (size) => {
    const read = async (source: ImageSource) => {
      const batches: unknown[] = [];
      for await (const { count, pixels, labels } of takeInOrder(source, size))
        batches.push([count, Uint8Array.from(pixels), labels]);
      return batches;
    };
    expect(await read(new ShardImages(store, manifest, 'train'))).toEqual(await read(inMemory(whole)));
  },
);

test('rows are found in their shards, and only these are read', async () => {
  const get = jest.spyOn(store, 'get');
  const rows = [0, 16, 17, 199, 60, 60];
  const found = await readRows(new ShardImages(store, manifest, 'train'), rows);
  expect(get.mock.calls).toHaveLength(4);
  get.mockRestore();
  const size = whole.pixels.length / whole.count;
  expect([...found.keys()].sort((a, b) => a - b)).toEqual([0, 16, 17, 60, 199]);
  for (const [row, pixels] of found)
    expect(pixels).toEqual(Uint8Array.from(whole.pixels.subarray(row * size, (row + 1) * size)));
});
