import { join } from 'node:path';
import { datasetManifestSchema } from '../../../lib/contracts/dataset';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { runConfigSchema } from '../../../lib/contracts/run-config';
import { loadSplit } from '../../../lib/dataset/load-split';
import { runPipeline } from '../../../lib/pipeline/run-pipeline';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';
import { encodeTinyDataset, makeTinyDataset, writeFiles } from '../../support/tiny-dataset';

jest.mock('../../../lib/report/rasterize', () =>
  jest.requireActual('../../support/blank-drawings').blankDrawings(),
);
jest.mock('../../../lib/try-it/page-app', () => jest.requireActual('../../support/blank-app').blankApp());

const dataset = join(useScratchFolder(), 'digits');
const imageValues = 36;
/** Training images that are also test images: rows in the training part. */
const duplicated = [0, 7, 199];

function makeDataset() {
  const tiny = makeTinyDataset({ classes: 3 });
  for (const [testRow, row] of duplicated.entries()) {
    const image = tiny.train.pixels.subarray(row * imageValues, (row + 1) * imageValues);
    tiny.test.pixels.set(image, testRow * imageValues);
  }
  return tiny;
}

async function run(change: object) {
  const store = new MemoryStore();
  const settings = { dataset, epochs: 1, hidden: [4], engine: 'wasm', batchSize: 30, dropDuplicates: true };
  const config = runConfigSchema.parse({ ...settings, ...change });
  const context = createStepContext(store);
  await runPipeline({ runId: 'run', config }, context);
  for await (const { key } of store.list('datasets/'))
    if (key.endsWith('/manifest.json'))
      return { store, context, manifest: await getJson(store, key, datasetManifestSchema) };
  throw new Error('There is no manifest.');
}

test.each([
  ['in memory', {}],
  ['in memory, with held out images', { validationFraction: 0.2 }],
  ['streamed', { shuffleWindow: 40 }],
  ['streamed, with held out images', { shuffleWindow: 40, validationFraction: 0.2 }],
])('training images that are also test images are left out (%s)', async (_, change) => {
  const tiny = makeDataset();
  await writeFiles(dataset, encodeTinyDataset(tiny));
  const { store, manifest, context } = await run(change);
  expect(manifest.duplicates.count).toBe(3);
  expect(manifest.train.rowCount).toBe(197);
  expect(manifest.train.labelCounts).toEqual([66, 65, 66]);
  expect(manifest.train.shards).toEqual([expect.objectContaining({ rowCount: 200, without: duplicated })]);
  expect(manifest.test.rowCount).toBe(50);

  const kept = [...tiny.train.labels.keys()].filter((row) => !duplicated.includes(row));
  const { pixels, labels, count } = await loadSplit(store, manifest, 'train');
  expect(count).toBe(197);
  expect([...labels]).toEqual(kept.map((row) => tiny.train.labels[row]));
  const imageOf = (from: Uint8Array, row: number) => from.slice(row * imageValues, (row + 1) * imageValues);
  for (const [position, row] of kept.entries())
    expect(imageOf(pixels, position)).toEqual(imageOf(tiny.train.pixels, row));

  const progress = context.events.filter(({ type }) => type === 'training-progress');
  const trained = 'validationFraction' in change ? 197 - 39 : 197;
  expect(progress.at(-1)).toMatchObject({ batchesPerEpoch: Math.ceil(trained / 30) });
  const report = new TextDecoder().decode(await store.get(objectKeys.report('run')));
  expect(report).toMatch(/\b197\b/);
  expect(report).not.toMatch(/\b200 training/);
  const card = new TextDecoder().decode(await store.get(objectKeys.modelCard('run')));
  expect(card).toContain('197 training and 50 test images');
});

test('a dataset whose training images are all test images too is refused', async () => {
  const { imageShape, train } = makeTinyDataset({ classes: 3, trainCount: 60 });
  await writeFiles(dataset, encodeTinyDataset({ imageShape, train, test: train }));
  await expect(run({})).rejects.toMatchObject({
    name: 'InvalidDataset',
    message: expect.stringMatching(
      /^--drop-duplicates leaves no training image: all 60 are also in the test/,
    ),
  });
});
