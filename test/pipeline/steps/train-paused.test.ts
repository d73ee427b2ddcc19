import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { historySchema, trainingRecordSchema, trainingSpendingSchema } from '../../../lib/contracts/results';
import { type RunConfig, storedRunConfigSchema } from '../../../lib/contracts/run-config';
import type { TrainInput } from '../../../lib/contracts/steps';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson, putJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareRun } from '../../functions/prepare-run';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';
import { divideShards } from '../../support/small-shards';

const folder = useScratchFolder();

/** 200 training images in shards of 17. */
async function prepare(change: Partial<RunConfig> = {}) {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
  await divideShards(store, pointers, 17);
  await configure(store, 'run', { epochs: 5, batchSize: 30, learningRate: 0.01, dropout: 0.2, ...change });
  const trainUntil = (pauseAfterEpoch?: number, input: Partial<TrainInput> = {}) =>
    train(
      { runId: 'run', ...pointers, ...(pauseAfterEpoch && { pauseAfterEpoch }), ...input },
      createStepContext(store),
    );
  return { store, trainUntil };
}

async function configure(store: MemoryStore, runId: string, change: Partial<RunConfig>) {
  const run = await getJson(store, objectKeys.config('run'), storedRunConfigSchema);
  const changed = { ...run, runId, config: { ...run.config, ...change } };
  await putJson(store, objectKeys.config(runId), storedRunConfigSchema, changed);
}

const weightsOf = (store: MemoryStore) => store.get(objectKeys.modelWeights('run'));
const epochsOf = async (store: MemoryStore) =>
  (await getJson(store, objectKeys.history('run'), historySchema)).epochs;
const readTraining = (store: MemoryStore) => getJson(store, objectKeys.training('run'), trainingRecordSchema);

async function keysOf(store: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys.filter((key) => !key.startsWith(objectKeys.datasets)).sort();
}

test.each<[string, Partial<RunConfig>]>([
  [
    'a constant learning rate, batch normalization, adamw',
    { model: 'cnn', filters: [2], optimizer: 'adamw' },
  ],
  ['cosine with a warm-up, averaged weights', { schedule: 'cosine', warmupEpochs: 1.5, emaDecay: 0.9 }],
  ['one-cycle, momentum, augmentation', { schedule: 'one-cycle', optimizer: 'sgd', elasticPixels: 2 }],
  ['plateau, early stopping', { schedule: 'plateau', patience: 2, learningRate: 0.3, epochs: 12 }],
  ['streamed windows, held out images', { shuffleWindow: 40, validationFraction: 0.2, checkpointSteps: 2 }],
])('paused after epochs 1 and 3 and trained on, it ends as if never paused: %s', async (_, change) => {
  const [whole, paused] = [await prepare(change), await prepare(change)];
  expect(await whole.trainUntil()).not.toHaveProperty('pausedAfterEpoch');
  for (const epoch of [1, 3]) {
    expect(await paused.trainUntil(epoch)).toMatchObject({ pausedAfterEpoch: epoch });
    expect(await epochsOf(paused.store)).toEqual((await epochsOf(whole.store)).slice(0, epoch));
  }
  expect(await paused.trainUntil()).not.toHaveProperty('pausedAfterEpoch');
  expect(await weightsOf(paused.store)).toEqual(await weightsOf(whole.store));
  expect(await epochsOf(paused.store)).toEqual(await epochsOf(whole.store));
  expect((await readTraining(paused.store)).epoch).toBe((await readTraining(whole.store)).epoch);
});

test('a pause leaves checkpoints, history.json and a page that says so, and no model', async () => {
  const { store, trainUntil } = await prepare();
  await trainUntil(2);
  expect(await keysOf(store)).toEqual([
    objectKeys.checkpoint('run', 0),
    objectKeys.checkpoint('run', 1),
    objectKeys.config('run'),
    objectKeys.history('run'),
    objectKeys.progressPage('run'),
  ]);
  const page = new TextDecoder().decode(await store.get(objectKeys.progressPage('run')));
  expect(page).toContain('Paused after epoch 2 of 5');
});

test('after a pause both checkpoints are valid: without either of them, it resumes from the other', async () => {
  const [whole, ...paused] = [await prepare(), await prepare(), await prepare()];
  await whole.trainUntil();
  for (const [slot, { store, trainUntil }] of paused.entries()) {
    await trainUntil(2);
    await store.put(objectKeys.checkpoint('run', slot as 0 | 1), new TextEncoder().encode('damaged'));
    await trainUntil();
    expect((await readTraining(store)).resumedFromStep).toBe(slot === 1 ? 7 : 14);
    expect(await weightsOf(store)).toEqual(await weightsOf(whole.store));
  }
});

test('a pause at an epoch that is trained already reads no image and writes no checkpoint', async () => {
  const { store, trainUntil } = await prepare();
  await trainUntil(3);
  const [get, put] = [jest.spyOn(store, 'get'), jest.spyOn(store, 'put')];
  for (const epoch of [3, 1])
    expect(await trainUntil(epoch)).toEqual({ runId: 'run', seconds: 0, pausedAfterEpoch: 3 });
  expect(get.mock.calls.filter(([key]) => key.endsWith('.npz'))).toEqual([]);
  expect(put.mock.calls.map(([key]) => key)).toEqual(Array(2).fill(objectKeys.progressPage('run')));
});

test('a pause after the last epoch is no pause', async () => {
  const { store, trainUntil } = await prepare({ epochs: 2 });
  expect(await trainUntil(2)).not.toHaveProperty('pausedAfterEpoch');
  expect((await readTraining(store)).epoch).toBe(2);
});

test('a training that early stopping ends at its pause is finished, and not paused', async () => {
  const change = { patience: 2, learningRate: 0.3, epochs: 50 };
  const whole = await prepare(change);
  await whole.trainUntil();
  const { length } = await epochsOf(whole.store);
  expect(length).toBeLessThan(50);
  const { store, trainUntil } = await prepare(change);
  expect(await trainUntil(length - 1)).toMatchObject({ pausedAfterEpoch: length - 1 });
  expect(await trainUntil(length)).not.toHaveProperty('pausedAfterEpoch');
  expect(await weightsOf(store)).toEqual(await weightsOf(whole.store));
});

test('a run that resumes another one pauses where that one is already, with its own history', async () => {
  const { store, trainUntil } = await prepare();
  await trainUntil(2);
  await configure(store, 'other', { resumeFrom: 'run' });
  const other = { runId: 'other' };
  expect(await trainUntil(2, other)).toMatchObject({ pausedAfterEpoch: 2 });
  const { epochs } = await getJson(store, objectKeys.history('other'), historySchema);
  expect(epochs).toEqual(await epochsOf(store));
  for (const input of [other, {}]) await trainUntil(undefined, input);
  expect(await store.get(objectKeys.modelWeights('other'))).toEqual(await weightsOf(store));
});

test('a pause takes no time of the limit that was not used', async () => {
  const { store, trainUntil } = await prepare();
  for (const epoch of [1, 1, 2]) {
    await trainUntil(epoch, { trainingSecondsLimit: 100 });
    expect(await getJson(store, objectKeys.trainingSpending('run'), trainingSpendingSchema)).toMatchObject({
      seconds: 0,
    });
  }
});
