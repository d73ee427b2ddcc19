import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSplit } from '../../../lib/dataset/load-split';
import { DirectoryStore } from '../../../lib/store/directory-store';
import { createStepContext, planDataset, prepareDataset } from '../../support/prepare-dataset';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preprocess-mnist-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the real 70,000 images', async () => {
  const context = createStepContext(new DirectoryStore(folder));
  const manifest = await prepareDataset('mnist', context);
  expect(manifest).toMatchObject({ dataset: 'mnist', imageShape: [28, 28] });
  expect(manifest.train).toMatchObject({
    rowCount: 60_000,
    labelCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    pixelMean: expect.closeTo(0.1307, 4),
    pixelStandardDeviation: expect.closeTo(0.3081, 4),
  });
  expect(manifest.test).toMatchObject({
    rowCount: 10_000,
    labelCounts: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  });
  expect(manifest.train.shards.map(({ rowCount }) => rowCount)).toEqual(new Array(6).fill(10_000));
  // Another key means that all existing shards are made again: increase preprocessingVersion as well.
  expect(manifest.contentKey).toBe('91fe75e2d9d0c7a73fd3e135d3f5f6c3');
  expect(manifest.firstTrainingImage.label).toBe(5);

  const test = await loadSplit(context.store, manifest, 'test');
  expect(Array.from(test.labels.subarray(0, 10))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  expect((await planDataset('mnist', context)).isPrepared).toBe(true);
}, 300_000);
