import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { unzipSync, zipSync } from 'fflate';
import { datasetManifestSchema, partResultSchema } from '../../../lib/contracts/dataset';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { loadSplit } from '../../../lib/dataset/load-split';
import { encodeShard } from '../../../lib/dataset/shards';
import { commitPreprocessing } from '../../../lib/pipeline/steps/commit';
import { preprocessPart } from '../../../lib/pipeline/steps/shard';
import { DirectoryStore } from '../../../lib/store/directory-store';
import { encodeJson, getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import type { ObjectStore } from '../../../lib/store/object-store';
import {
  createStepContext,
  planDataset,
  prepareDataset,
  type RecordingContext,
  readPlan,
} from '../../support/prepare-dataset';
import { type TinyDataset, writeTinyDataset } from '../../support/tiny-dataset';

/** Small images, and one row more than full parts hold: both splits have a last part, and a last shard, with one row. */
const imageShape = [2, 3] as const;
const sizes = { trainCount: 20_001, testCount: 10_001, imageShape, classes: 3 };
const partRowCounts = [10_000, 10_000, 1, 10_000, 1];

let folder: string;
let source: string;
let tiny: TinyDataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preprocess-'));
  source = join(folder, 'source');
  tiny = await writeTinyDataset(source, sizes);
});
afterAll(() => rm(folder, { recursive: true }));

let store: MemoryStore;
let context: RecordingContext;
beforeEach(() => {
  store = new MemoryStore();
  context = createStepContext(store);
});

async function snapshot(of: ObjectStore): Promise<Record<string, string | undefined>> {
  const checksums: Record<string, string | undefined> = {};
  for await (const { key, sha256 } of of.list('')) checksums[key] = sha256;
  return checksums;
}

test('the first plan divides both splits into shards, and says that they have to be made', async () => {
  const output = await planDataset(source, context);
  const plan = await readPlan(output, context);
  expect(output).toMatchObject({ runId: 'test-run', isPrepared: false, shardCount: 5 });
  expect(output.contentKey).toMatch(/^[0-9a-f]{32}$/);
  expect(output.reason).toMatch(
    /^The dataset "source-[0-9a-f]{8}" has not been prepared yet \(there is no .*manifest\.json\): its 5 shards are made now\.$/,
  );
  expect(plan).toMatchObject({ shardCount: 5, rowCounts: { train: 20_001, test: 10_001 } });
  expect(plan.parts.map(({ rowCount }) => rowCount)).toEqual(partRowCounts);
});

test('planning twice, at other times, gives the same plan', async () => {
  const first = await planDataset(source, context);
  const plan = await readPlan(first, context);
  const later = { ...context, now: () => new Date('2030-01-01') };
  expect(await planDataset(source, later)).toEqual(first);
  expect(await readPlan(first, context)).toEqual(plan);
});

test('a folder that was moved is the same content, under another name', async () => {
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  await writeTinyDataset(here, { trainCount: 20, testCount: 10 });
  const first = await planDataset(here, context);
  await rename(here, there);
  const moved = await planDataset(there, context, {}, 'moved');
  expect(moved.contentKey).toBe(first.contentKey);
  expect(moved.dataset).not.toBe(first.dataset);
});

test('a bad dataset leaves the store empty', async () => {
  await expect(planDataset(source, context, { classes: 2 })).rejects.toMatchObject({
    name: 'InvalidDataset',
  });
  expect(await snapshot(store)).toEqual({});
});

test('the manifest summarizes the source', async () => {
  const manifest = await prepareDataset(source, context, { classes: 3 });
  expect(datasetManifestSchema.parse(manifest)).toEqual(manifest);
  const pixels = Array.from(tiny.train.pixels, (pixel) => pixel / 255);
  const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
  const variance = pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / pixels.length;
  expect(manifest.train).toMatchObject({
    rowCount: 20_001,
    labelCounts: [6667, 6667, 6667],
    pixelMean: expect.closeTo(mean, 10),
    pixelStandardDeviation: expect.closeTo(Math.sqrt(variance), 10),
  });
  expect(manifest.test).toMatchObject({ rowCount: 10_001, labelCounts: [3334, 3334, 3333] });
  expect(manifest).toMatchObject({
    source: { kind: 'idx', description: 'four IDX files', location: source },
    classNames: ['0', '1', '2'],
    ...{ imageShape, white: 255, dtype: 'float32', unreadable: [] },
  });
});

test('the splits are read back unchanged', async () => {
  const manifest = await prepareDataset(source, context);
  for (const split of ['train', 'test'] as const) {
    const { pixels, labels, count, imageShape: shape } = await loadSplit(store, manifest, split);
    expect({ labels, count, shape }).toEqual({
      labels: tiny[split].labels,
      count: tiny[split].count,
      shape: imageShape,
    });
    expect(Buffer.compare(pixels, tiny[split].pixels)).toBe(0);
  }
});

test('the first training image is a PNG with its label in its name', async () => {
  const { firstTrainingImage } = await prepareDataset(source, context);
  expect(firstTrainingImage).toMatchObject({ key: expect.stringMatching(/label-0\.png$/), label: 0 });
  const { width, height, channels, data } = decode(await store.get(firstTrainingImage.key));
  expect([height, width, channels]).toEqual([...imageShape, 1]);
  expect(Buffer.compare(Buffer.from(data), tiny.train.pixels.subarray(0, 6))).toBe(0);
});

test('a prepared dataset is reused, and the plan says why', async () => {
  await prepareDataset(source, context);
  const before = await snapshot(store);
  const output = await planDataset(source, context);
  expect(output.isPrepared).toBe(true);
  expect(output.reason).toMatch(
    /is already prepared from the same four IDX files \(content [0-9a-f]{32}\): its 5 shards are reused\.$/,
  );
  expect(await snapshot(store)).toEqual(before);
});

test('repeated preprocessing gives the same bytes', async () => {
  const manifest = await prepareDataset(source, context);
  const before = await snapshot(store);
  expect(await prepareDataset(source, context)).toEqual(manifest);
  expect(await snapshot(store)).toEqual(before);
});

test('interrupted preprocessing can be resumed, with the same result as without an interruption', async () => {
  const output = await planDataset(source, context);
  const { parts } = await readPlan(output, context);
  await preprocessPart(parts[0]!, context);
  context.controller.abort();
  await expect(preprocessPart(parts[1]!, context)).rejects.toMatchObject({ name: 'Interrupted' });
  await expect(commitPreprocessing(output, context)).rejects.toMatchObject({ name: 'Interrupted' });

  const second = createStepContext(store);
  expect((await planDataset(source, second)).isPrepared).toBe(false);
  await expect(commitPreprocessing(output, second)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
    message: expect.stringMatching(
      /part-00001\.result\.json is not in memory:: .*did not finish .* Run again/,
    ),
  });
  expect(await store.head(objectKeys.manifest(output.dataset, output.contentKey))).toBeUndefined();

  const manifest = await prepareDataset(source, second);
  const uninterrupted = createStepContext(new MemoryStore());
  expect(await prepareDataset(source, uninterrupted)).toEqual(manifest);
  expect(await snapshot(uninterrupted.store)).toEqual(await snapshot(store));
});

test('a shard that is missing, or that its worker did not write, is not committed', async () => {
  const output = await planDataset(source, context);
  const { parts } = await readPlan(output, context);
  for (const part of parts) await preprocessPart(part, context);
  const key = objectKeys.shard(output.dataset, output.contentKey, 'train', 1);
  await store.put(key, await store.get(objectKeys.shard(output.dataset, output.contentKey, 'train', 0)));
  await expect(commitPreprocessing(output, context)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(
      /train-00001\.npz in memory: is not the shard that the step "shard" wrote/,
    ),
  });
  const others = new MemoryStore();
  for await (const object of store.list('')) {
    if (object.key !== key) await others.put(object.key, await store.get(object.key));
  }
  await expect(commitPreprocessing(output, createStepContext(others))).rejects.toMatchObject({
    name: 'ArtifactNotFound',
    message: expect.stringMatching(
      /train-00001\.npz is not in memory:: .* Run again; the shards are made first/,
    ),
  });
});

test('the commit reads no shard, except the first for its picture', async () => {
  const output = await planDataset(source, context);
  const { parts } = await readPlan(output, context);
  for (const part of parts) await preprocessPart(part, context);
  const get = jest.spyOn(store, 'get');
  await commitPreprocessing(output, context);
  const read = get.mock.calls.map(([key]) => key).filter((key) => key.endsWith('.npz'));
  expect(read).toEqual([objectKeys.shard(output.dataset, output.contentKey, 'train', 0)]);
});

test('rows of the rows table that were altered are not used', async () => {
  const output = await planDataset(source, context);
  const { parts } = await readPlan(output, context);
  flipBit(/rows\.idx/, 12);
  await expect(preprocessPart(parts[0]!, context)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(
      /rows\.idx in memory: was altered: its rows 0 to 9999 are not those of the plan/,
    ),
  });
});

/** Range reads return one flipped bit, as from a disk or a network without checksums. */
function flipBit(key: RegExp, at: number): void {
  const getRange = store.getRange.bind(store);
  jest.spyOn(store, 'getRange').mockImplementation(async (read, offset, length) => {
    const bytes = await getRange(read, offset, length);
    if (key.test(read) && offset <= at && at < offset + length) bytes[at - offset]! ^= 1;
    return bytes;
  });
}

test('shards that another version of zlib compressed are accepted, and their checksums replace the old ones', async () => {
  const manifest = await prepareDataset(source, context);
  const { key, sha256 } = manifest.train.shards[1]!;
  const { bytes, sha256: other } = await store.put(
    key,
    zipSync(unzipSync(await store.get(key)), { level: 9 }),
  );
  const resultKey = objectKeys.partResult(manifest.dataset, manifest.contentKey, 1);
  const result = await getJson(store, resultKey, partResultSchema);
  await store.put(
    resultKey,
    encodeJson({ ...result, shards: result.shards.map((shard) => ({ ...shard, bytes, sha256: other })) }),
  );
  const again = await commitPreprocessing(manifest, context);
  expect(again.train.shards[1]!.sha256).not.toBe(sha256);
  expect(
    await getJson(store, objectKeys.manifest(manifest.dataset, manifest.contentKey), datasetManifestSchema),
  ).toEqual(again);
  expect((await loadSplit(store, again, 'train')).count).toBe(again.train.rowCount);
});

describe('a shard of a prepared dataset', () => {
  test('that is missing is made again', async () => {
    const manifest = await prepareDataset(source, context);
    const key = manifest.test.shards[1]!.key;
    const reduced = new MemoryStore();
    for await (const object of store.list('')) {
      if (object.key !== key) await reduced.put(object.key, await store.get(object.key));
    }
    const again = createStepContext(reduced);
    expect(await planDataset(source, again)).toMatchObject({
      isPrepared: false,
      reason: expect.stringMatching(/was prepared, but its shard .*test-00001\.npz is missing: all 5 shards/),
    });
    expect(await prepareDataset(source, again)).toEqual(manifest);
    expect(await snapshot(reduced)).toEqual(await snapshot(store));
  });

  test('that was replaced is refused on reading, and made again by the next run', async () => {
    const manifest = await prepareDataset(source, context);
    const { key, sha256 } = manifest.test.shards[1]!;
    const images = new Float32Array(6);
    await store.put(key, await encodeShard({ images, labels: Uint8Array.of(0) }, imageShape));
    await expect(loadSplit(store, manifest, 'test')).rejects.toMatchObject({
      name: 'CorruptArtifact',
      message: expect.stringMatching(
        new RegExp(`^${key} in memory: was altered: .* manifest says ${sha256}\\. Delete it and run again`),
      ),
    });
    expect(await planDataset(source, context)).toMatchObject({
      isPrepared: false,
      reason: expect.stringMatching(/test-00001\.npz was altered: all 5 shards are made again/),
    });
    expect(await prepareDataset(source, context)).toEqual(manifest);
  });

  test('whose file was changed on disk is refused on reading, and made again once deleted', async () => {
    const directory = new DirectoryStore(join(folder, 'store'));
    const onDisk = createStepContext(directory);
    const manifest = await prepareDataset(source, onDisk);
    const { key } = manifest.train.shards[0]!;
    const path = join(folder, 'store', key);
    const changed = await readFile(path);
    changed[1000]! ^= 1;
    await writeFile(path, changed);

    expect((await planDataset(source, onDisk)).isPrepared).toBe(true);
    await expect(loadSplit(directory, manifest, 'train')).rejects.toMatchObject({
      name: 'CorruptArtifact',
      message: expect.stringMatching(/train-00000\.npz .*was changed after it was written.*Delete it/),
    });
    await rm(path);
    expect((await planDataset(source, onDisk)).isPrepared).toBe(false);
    expect(await prepareDataset(source, onDisk)).toEqual(manifest);
    expect((await loadSplit(directory, manifest, 'train')).count).toBe(20_001);
  });
});

test.each([
  ['more than its shards have', 10_002, 10_000, /announces 10002 test images, and its shards have 10001/],
  ['more than any memory holds', 1e15, 1e15 - 1, /GiB, which this Node\.js cannot allocate as one array/],
])('a manifest that announces %s is refused', async (_, rowCount, firstShardRows, message) => {
  const manifest = await prepareDataset(source, context);
  const [first, ...others] = manifest.test.shards;
  const shards = [{ ...first!, rowCount: firstShardRows }, ...others];
  await expect(
    loadSplit(store, { ...manifest, test: { ...manifest.test, rowCount, shards } }, 'test'),
  ).rejects.toMatchObject({ name: 'CorruptArtifact', message: expect.stringMatching(message) });
});

test('a manifest that was altered is not overwritten', async () => {
  const manifest = await prepareDataset(source, context);
  const key = objectKeys.manifest(manifest.dataset, manifest.contentKey);
  await store.put(key, encodeJson({ ...manifest, train: { ...manifest.train, pixelMean: 0 } }));
  await expect(commitPreprocessing(manifest, context)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(
      /manifest\.json in memory: does not match its shards.* Delete it and run again/,
    ),
  });
  expect((await getJson(store, key, datasetManifestSchema)).train.pixelMean).toBe(0);
});

test('every step reports its start', async () => {
  await prepareDataset(source, context);
  expect(context.events.map((event) => ('step' in event ? event.step : event.type))).toEqual([
    'plan',
    'note',
    ...partRowCounts.map(() => 'shard'),
    'commit',
  ]);
});
