import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { trainingRecordSchema } from '../../../lib/contracts/results';
import { type RunConfig, storedRunConfigSchema } from '../../../lib/contracts/run-config';
import { evaluate } from '../../../lib/pipeline/steps/evaluate';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson, putJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareRun } from '../../functions/prepare-run';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';
import { divideShards } from '../../support/small-shards';

jest.mock('../../../lib/report/rasterize', () =>
  jest.requireActual('../../support/blank-drawings').blankDrawings(),
);
jest.mock('../../../lib/try-it/page-app', () => jest.requireActual('../../support/blank-app').blankApp());

const folder = useScratchFolder();

/** 200 training images in shards of 17, and 50 test images. */
async function prepareStreamed(change: Partial<RunConfig> = {}) {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
  const manifest = await divideShards(store, pointers, 17);
  const key = objectKeys.config('run');
  const run = await getJson(store, key, storedRunConfigSchema);
  const config = { ...run.config, epochs: 2, batchSize: 30, shuffleWindow: 40, ...change };
  await putJson(store, key, storedRunConfigSchema, { ...run, config });
  return { store, manifest, input: { runId: 'run', ...pointers } };
}

const weightsOf = (store: MemoryStore) => store.get(objectKeys.modelWeights('run'));

async function trainWhole(change?: Partial<RunConfig>) {
  const { store, input } = await prepareStreamed(change);
  const context = createStepContext(store);
  await train(input, context);
  return { store, input, context };
}

test('a smaller window gives another order, and is recorded and said', async () => {
  const streamed = await prepareStreamed();
  const { train: summary } = streamed.manifest;
  const loaded = await trainWhole({ shuffleWindow: summary.rowCount });
  const windowed = await trainWhole();
  expect(await weightsOf(windowed.store)).not.toEqual(await weightsOf(loaded.store));
  const recordOf = ({ store }: typeof loaded) =>
    getJson(store, objectKeys.training('run'), trainingRecordSchema);
  expect((await recordOf(loaded)).windowRows).toBeUndefined();
  expect((await recordOf(windowed)).windowRows).toBe(40);
  expect(windowed.context.events).toContainEqual({
    type: 'note',
    message:
      'The 200 training images are read from their shards in every epoch, and shuffled in windows of 40 images',
  });
});

test.each([
  ['plain', {}],
  ['held out images', { validationFraction: 0.2 }],
  ['augmentation', { rotationDegrees: 10 }],
])(
  'interrupted in the middle of a window and resumed elsewhere: the same weights (%s)',
  async (_, change) => {
    const whole = await trainWhole(change);
    const { store, input } = await prepareStreamed(change);
    const context = createStepContext(store);
    const notify = context.notify;
    const interrupted = {
      ...context,
      notify: (event: Parameters<typeof notify>[0]) => {
        if (event.type === 'training-progress' && event.epoch === 2 && event.batch === 3)
          context.controller.abort();
      },
    };
    await expect(train(input, interrupted)).rejects.toMatchObject({ name: 'Interrupted' });
    // Another machine may have the memory for all images: the window of the checkpoint counts.
    const key = objectKeys.config('run');
    const run = await getJson(store, key, storedRunConfigSchema);
    await putJson(store, key, storedRunConfigSchema, { ...run, config: { ...run.config, shuffleWindow: 0 } });
    await train(input, createStepContext(store));
    expect(await weightsOf(store)).toEqual(await weightsOf(whole.store));
  },
);

test.each([
  ['missing', 'ArtifactNotFound', (store: MemoryStore) => store.get(objectKeys.runRecord('absent'))],
  ['altered', 'CorruptArtifact', async () => new TextEncoder().encode('altered')],
] as const)('a shard that is %s in the middle of an epoch ends the training', async (_, name, getHarmed) => {
  const { store, input } = await prepareStreamed();
  const context = createStepContext(store);
  const harmed = {
    ...context,
    notify: (event: Parameters<typeof context.notify>[0]) => {
      if (event.type !== 'training-progress' || event.epoch !== 1 || event.batch !== 2) return;
      const get = store.get.bind(store);
      jest
        .spyOn(store, 'get')
        .mockImplementation((key) =>
          key.includes('/train-000') ? getHarmed({ get } as MemoryStore) : get(key),
        );
    },
  };
  const threads = () => process.getActiveResourcesInfo().filter((each) => each === 'MessagePort').length;
  const before = threads();
  await expect(train(input, harmed)).rejects.toMatchObject({ name });
  expect(threads()).toBe(before);
  expect(await store.head(objectKeys.training('run'))).toBeUndefined();
});

test('the evaluation of streamed test images writes the same files as that of images in memory', async () => {
  const files = async (shuffleWindow: number) => {
    const { store, input } = await trainWhole({ shuffleWindow: 1000 });
    const key = objectKeys.config('run');
    const run = await getJson(store, key, storedRunConfigSchema);
    await putJson(store, key, storedRunConfigSchema, { ...run, config: { ...run.config, shuffleWindow } });
    await evaluate({ ...input, phases: [] }, createStepContext(store));
    const keys = [
      objectKeys.metrics('run'),
      objectKeys.predictions('run'),
      objectKeys.testPredictions('run'),
      objectKeys.tryItExamples('run'),
      objectKeys.plot('run', 'first-ten', 'svg'),
    ];
    const images = /src="data:image[^"]*"|id="cell-images">[^<]*/g;
    const report = new TextDecoder().decode(await store.get(objectKeys.report('run')));
    return [await Promise.all(keys.map((each) => store.get(each))), report.match(images)] as const;
  };
  const [streamed, loaded] = [await files(20), await files(0)];
  expect(loaded[1]!.length).toBeGreaterThan(10);
  expect(streamed).toEqual(loaded);
});
