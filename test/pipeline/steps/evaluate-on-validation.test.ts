import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import {
  historySchema,
  latestModelSchema,
  metricsSchema,
  runRecordSchema,
  trainingRecordSchema,
} from '../../../lib/contracts/results';
import { type RunConfig, runConfigSchema } from '../../../lib/contracts/run-config';
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

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
/** The same training images; the test images have the labels of other classes. */
const mislabeled = join(folder, 'mislabeled');
beforeAll(async () => {
  const { test, ...others } = makeTinyDataset({ classes: 3 });
  await writeFiles(dataset, encodeTinyDataset({ test, ...others }));
  const labels = test.labels.map((label) => (label + 1) % 3);
  await writeFiles(mislabeled, encodeTinyDataset({ test: { ...test, labels }, ...others }));
});

const onValidation: Partial<RunConfig> = { validationFraction: 0.2, evaluateOn: 'validation' };

async function run(change: Partial<RunConfig>, store = new MemoryStore(), runId = 'run') {
  const context = createStepContext(store);
  const config = runConfigSchema.parse({
    ...{ dataset, classes: 3, epochs: 2, hidden: [8], batchSize: 40, engine: 'wasm', learningRate: 0.01 },
    ...change,
  });
  await runPipeline({ runId, config }, context);
  return { store, context };
}

const metricsOf = (store: MemoryStore, runId = 'run') =>
  getJson(store, objectKeys.metrics(runId), metricsSchema);
const textOf = async (store: MemoryStore, key: string) =>
  new TextDecoder().decode(await store.get(key)).replaceAll('\u00a0', ' ');

test('a run is measured on the images that it holds out, says so everywhere, and is not registered', async () => {
  const { store, context } = await run(onValidation);
  const metrics = await metricsOf(store);
  expect(metrics).toMatchObject({ evaluatedOn: 'validation', testCount: 39 });
  const { epochs } = await getJson(store, objectKeys.history('run'), historySchema);
  expect(metrics.accuracy).toBeCloseTo(epochs.at(-1)!.val_acc, 6);
  expect(metrics.loss).toBeCloseTo(epochs.at(-1)!.val_loss, 5);

  const report = await textOf(store, objectKeys.report('run'));
  expect(report).toContain('Measured on 39 validation images, which are held out from the training');
  expect(report).toContain('of the 39 validation images, and not of the test images, classified correctly');
  expect(report).toContain('The first ten validation images');
  expect(report).not.toMatch(/Test loss|of \d+ test images<|<caption>\d+ test images/);
  const card = await textOf(store, objectKeys.modelCard('run'));
  expect(card).toContain('Measured on 39 validation images that are held out from the training');
  expect(card).toContain('      split: validation');
  expect(await textOf(store, objectKeys.predictions('run'))).toContain('"evaluatedOn": "validation"');
  expect(await textOf(store, objectKeys.testPredictions('run'))).toContain('"evaluatedOn":"validation"');

  expect(await store.head(objectKeys.latestModel('mnist-mlp'))).toBeUndefined();
  expect((await getJson(store, objectKeys.runRecord('run'), runRecordSchema)).status).toBe('accepted');
  expect(context.events).toContainEqual({
    type: 'note',
    message: expect.stringMatching(
      /^The run run is not registered: it was measured on its validation images/,
    ),
  });
});

test.each<[string, Partial<RunConfig>]>([
  ['a fraction', onValidation],
  ['a fold', { folds: 4, fold: 3, evaluateOn: 'validation' }],
])('with %s, the labels of the test images have no effect, streamed or in memory', async (_, change) => {
  const expected = await metricsOf((await run(change)).store);
  expect(expected.testCount).toBe('folds' in change ? 50 : 39);
  expect(await metricsOf((await run({ ...change, dataset: mislabeled })).store)).toEqual(expected);
  const { store } = await run({ ...change, shuffleWindow: 20 });
  const { epochs } = await getJson(store, objectKeys.history('run'), historySchema);
  expect((await metricsOf(store)).accuracy).toBeCloseTo(epochs.at(-1)!.val_acc, 6);
});

test('a run that resumes it to be measured on the test images trains nothing, and is registered', async () => {
  const { store } = await run(onValidation);
  const { context } = await run({ ...onValidation, evaluateOn: 'test', resumeFrom: 'run' }, store, 'winner');
  const read = (runId: string) => getJson(store, objectKeys.training(runId), trainingRecordSchema);
  const [trial, winner] = [await read('run'), await read('winner')];
  expect(winner).toMatchObject({ resumedFromStep: trial.stepCount, weightsSha256: trial.weightsSha256 });
  expect(context.events.filter(({ type }) => type === 'training-progress')).toEqual([]);
  const metrics = await metricsOf(store, 'winner');
  expect(metrics.testCount).toBe(50);
  expect(metrics).not.toHaveProperty('evaluatedOn');
  const { runId } = await getJson(store, objectKeys.latestModel('mnist-mlp'), latestModelSchema);
  expect(runId).toBe('winner');
  // Accuracies on other images are not compared with it.
  expect(await textOf(store, objectKeys.report('winner'))).not.toContain('../run/report.html');
});

test('a run below the minimum accuracy is rejected by its validation images', async () => {
  await expect(run({ ...onValidation, minAccuracy: 1, epochs: 1, learningRate: 1e-6 })).rejects.toMatchObject(
    {
      name: 'QualityGateFailed',
      message: expect.stringMatching(/^The validation accuracy is/),
    },
  );
});

test('a class with fewer images than folds is named, and nothing is written', async () => {
  const store = new MemoryStore();
  const few = join(folder, 'few');
  await writeFiles(few, encodeTinyDataset(makeTinyDataset({ classes: 3, trainCount: 10, testCount: 6 })));
  await expect(
    run({ dataset: few, folds: 4, classNames: ['ant', 'bee', 'cat'] }, store),
  ).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('4 folds cannot divide the training images: the class "bee" has 3'),
  });
  expect(await store.head(objectKeys.config('run'))).toBeUndefined();
});
