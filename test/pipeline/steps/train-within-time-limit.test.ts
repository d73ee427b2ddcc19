import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { historySchema, trainingRecordSchema, trainingSpendingSchema } from '../../../lib/contracts/results';
import { type RunConfig, storedRunConfigSchema } from '../../../lib/contracts/run-config';
import { assertStartable, reserveRun } from '../../../lib/pipeline/start-run';
import type { StepContext } from '../../../lib/pipeline/step-context';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareRun } from '../../functions/prepare-run';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';

const folder = useScratchFolder();

/** Each read of the clock advances it by a tenth of a second. */
function createTickingContext(store: MemoryStore): StepContext {
  let milliseconds = Date.parse('2026-01-02T03:04:05Z');
  const now = () => {
    milliseconds += 100;
    return new Date(milliseconds);
  };
  return { ...createStepContext(store), now };
}

/** Three epochs of 20 batches; all runs have the same settings. */
async function prepare() {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'template', join(folder, 'digits'));
  const context = createTickingContext(store);
  const { config } = await getJson(store, objectKeys.config('template'), storedRunConfigSchema);
  const long = { ...config, epochs: 3, batchSize: 10 };
  const reserve = async (runId: string, changes: Partial<RunConfig> = {}) => {
    const input = { runId, config: { ...long, ...changes } };
    await assertStartable(input, store);
    await reserveRun(input, context);
  };
  const trainRun = (runId: string, trainingSecondsLimit: number) =>
    train({ runId, ...pointers, compute: 'cpu', trainingSecondsLimit }, context);
  return { store, context, pointers, reserve, trainRun };
}

const weightsOf = async (store: MemoryStore, runId: string) =>
  (await getJson(store, objectKeys.training(runId), trainingRecordSchema)).weightsSha256;

test('a training beyond its limit ends with CostLimitExceeded, keeps a checkpoint, and stores no model', async () => {
  const { store, reserve, trainRun } = await prepare();
  await reserve('limited', { maxCostUsd: 0.01 });
  await expect(trainRun('limited', 3)).rejects.toMatchObject({ name: 'CostLimitExceeded' });
  expect(await store.head(objectKeys.checkpoint('limited', 0))).toBeDefined();
  expect(await store.head(objectKeys.training('limited'))).toBeUndefined();
  const { seconds } = await getJson(store, objectKeys.trainingSpending('limited'), trainingSpendingSchema);
  expect(seconds).toBeGreaterThanOrEqual(3);
  expect(seconds).toBeLessThan(4);
});

test('another attempt after the limit is refused before the dataset is read', async () => {
  const { store, reserve, trainRun } = await prepare();
  await reserve('limited', { maxCostUsd: 0.01 });
  await expect(trainRun('limited', 3)).rejects.toMatchObject({ name: 'CostLimitExceeded' });
  const reads = jest.spyOn(store, 'get');
  await expect(trainRun('limited', 3)).rejects.toMatchObject({ name: 'CostLimitExceeded' });
  expect(reads.mock.calls.filter(([key]) => key.endsWith('.npz'))).toEqual([]);
});

test('a run that resumes it with a higher limit has the bytes of an uninterrupted run, and counts all the seconds', async () => {
  const { store, reserve, trainRun } = await prepare();
  await reserve('whole');
  await trainRun('whole', 0);
  await reserve('limited', { maxCostUsd: 0.01 });
  await expect(trainRun('limited', 3)).rejects.toMatchObject({ name: 'CostLimitExceeded' });

  await reserve('higher', { maxCostUsd: 1, resumeFrom: 'limited' });
  await trainRun('higher', 300);
  expect(await weightsOf(store, 'higher')).toBe(await weightsOf(store, 'whole'));
  const { resumedFromStep, seconds } = await getJson(
    store,
    objectKeys.training('higher'),
    trainingRecordSchema,
  );
  expect(resumedFromStep).toBeGreaterThan(0);
  // The clock is read for each of 60 batches, in one of the two runs.
  expect(seconds).toBeGreaterThan(6);
});

test('a run that resumes a finished one has its history and its weights', async () => {
  const { store, reserve, trainRun } = await prepare();
  await reserve('finished');
  await trainRun('finished', 0);
  await reserve('again', { resumeFrom: 'finished', minAccuracy: 0.5 });
  await trainRun('again', 0);
  const historyOf = (runId: string) => getJson(store, objectKeys.history(runId), historySchema);
  expect((await historyOf('again')).epochs).toEqual((await historyOf('finished')).epochs);
  expect(await weightsOf(store, 'again')).toBe(await weightsOf(store, 'finished'));
});

test('the training time that the resumed run used counts toward the new limit', async () => {
  const { reserve, trainRun } = await prepare();
  await reserve('limited', { maxCostUsd: 0.01 });
  await expect(trainRun('limited', 3)).rejects.toMatchObject({ name: 'CostLimitExceeded' });
  await reserve('no-higher', { maxCostUsd: 0.01, resumeFrom: 'limited' });
  await expect(trainRun('no-higher', 2.5)).rejects.toMatchObject({ name: 'CostLimitExceeded' });
});

test('a run whose checkpoints have expired cannot be resumed', async () => {
  const { reserve, trainRun } = await prepare();
  await reserve('never-trained');
  await reserve('resuming', { resumeFrom: 'never-trained' });
  await expect(trainRun('resuming', 0)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
    message: expect.stringMatching(/"never-trained".*no checkpoint.*Start without resumeFrom/),
  });
});

test.each([
  [{ resumeFrom: 'nobody' }, /resumeFrom names the run "nobody".*has no runs\/nobody\/config\.json/],
  [{ resumeFrom: 'first', epochs: 4, seed: 9 }, /epochs is 4 and was 3; seed is 9 and was 1/],
])('%j is refused before the run id is reserved', async (changes, message) => {
  const { store, reserve } = await prepare();
  await reserve('first');
  await expect(reserve('second', changes)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(message),
  });
  expect(await store.head(objectKeys.config('second'))).toBeUndefined();
});

test('limits, names and machines may change', async () => {
  const { store, reserve } = await prepare();
  await reserve('first');
  await reserve('second', { resumeFrom: 'first', maxCostUsd: 2, minAccuracy: 0.5, modelName: 'other' });
  expect(await store.head(objectKeys.config('second'))).toBeDefined();
});

test('the limit has no effect on a local run, and the run says so', async () => {
  const { store, pointers, reserve } = await prepare();
  const context = createStepContext(store);
  await reserve('local', { maxCostUsd: 0.000001 });
  await train({ runId: 'local', ...pointers }, context);
  expect(context.events).toContainEqual({
    type: 'note',
    message: 'maxCostUsd has no effect on a local run: this machine has no price',
  });
  expect(await store.head(objectKeys.training('local'))).toBeDefined();
});
