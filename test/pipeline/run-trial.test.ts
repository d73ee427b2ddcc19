import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';
import { listRunIds } from '../../lib/pipeline/list-runs';
import { runPipeline } from '../../lib/pipeline/run-pipeline';
import { runTrial, SharedTraining } from '../../lib/pipeline/run-trial';
import { DirectoryStore } from '../../lib/store/directory-store';
import { MemoryStore } from '../../lib/store/memory-store';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
beforeAll(async () => {
  await writeTinyDataset(dataset, { classes: 3 });
});

const configOf = (change: Partial<RunConfig> = {}) =>
  runConfigSchema.parse({ dataset, epochs: 3, hidden: [8], engine: 'wasm', batchSize: 50, ...change });

/** A store, whose reads of shards are counted. */
function setUp() {
  const store = new MemoryStore();
  const context = createStepContext(store);
  const get = jest.spyOn(store, 'get');
  const countReads = (part: string) => get.mock.calls.filter(([key]) => key.includes(part)).length;
  return { store, context, countReads, shared: new SharedTraining(context) };
}

const weightsOf = (store: MemoryStore, runId: string) => store.get(objectKeys.modelWeights(runId));

/** The weights of a run by itself. */
async function trainAlone(config: RunConfig) {
  const store = new MemoryStore();
  await runPipeline({ runId: 'alone', config }, createStepContext(store));
  return weightsOf(store, 'alone');
}

test('trials that are paused and continued in turn have the weights of runs by themselves', async () => {
  const { store, context, shared } = setUp();
  const trials = [
    { runId: 's-1', config: configOf() },
    { runId: 's-2', config: configOf({ model: 'cnn', filters: [2], hidden: [1024, 512, 256] }) },
  ];
  for (const trial of trials)
    expect(await runTrial({ ...trial, pauseAfterEpoch: 1 }, shared, context)).toBe('paused');
  expect(await store.head(objectKeys.training('s-1'))).toBeUndefined();
  for (const trial of trials) expect(await runTrial(trial, shared, context)).toBe('finished');
  for (const { runId, config } of trials) {
    expect(await weightsOf(store, runId)).toEqual(await trainAlone(config));
    expect(await store.head(objectKeys.runRecord(runId))).toBeDefined();
  }
  await shared.close();
});

test('the dataset is prepared, planned and read once for all trials with the same images', async () => {
  const { store, context, shared, countReads } = setUp();
  const put = jest.spyOn(store, 'put');
  const run = (runId: string, change: Partial<RunConfig>) =>
    runTrial({ runId, config: configOf({ epochs: 1, ...change }), pauseAfterEpoch: 1 }, shared, context);
  await run('s-1', {});
  const reads = countReads('/train-');
  await run('s-2', { seed: 2 });
  await run('s-3', { learningRate: 0.01 });
  expect(countReads('/train-')).toBe(reads);
  expect(put.mock.calls.filter(([key]) => key.endsWith('.npz'))).toHaveLength(2);
  const plannings = () =>
    context.events.filter((event) => event.type === 'step-started' && event.step === 'plan').length;
  // The second one finds that the store has everything.
  expect(plannings()).toBe(2);

  await run('s-4', { validationFraction: 0.2 });
  await run('s-5', { validationFraction: 0.2 });
  expect(countReads('/train-')).toBe(reads + 1);
  await run('s-6', { validationFraction: 0.2, seed: 2 });
  expect(countReads('/train-')).toBe(reads + 2);
  await run('s-7', { invert: true });
  expect(plannings()).toBe(3);
  await shared.close();
});

test('a trial that cannot be divided is refused alone, and nothing of it is written', async () => {
  const { store, context, shared } = setUp();
  await runTrial({ runId: 's-1', config: configOf({ epochs: 1 }) }, shared, context);
  const refused = { runId: 's-2', config: configOf({ validationFraction: 0.001 }) };
  await expect(runTrial(refused, shared, context)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('A validationFraction of 0.001 cannot divide'),
  });
  expect(await listRunIds(store)).toEqual(['s-1']);
  expect(await runTrial({ runId: 's-3', config: configOf({ epochs: 1 }) }, shared, context)).toBe('finished');
  await shared.close();
});

test('of two processes that need the same shards, one makes them, and the other waits for it', async () => {
  const location = join(folder, 'store');
  const contexts = [1, 2].map(() => createStepContext(new DirectoryStore(location)));
  const notes = () =>
    contexts.flatMap(({ events }) => events).map((event) => ('message' in event ? event.message : ''));
  const areBothThere = () =>
    notes().some((note) => note.startsWith('Waiting')) ||
    contexts.every(({ events }) => events.some(({ type }) => type === 'shards-progress'));
  const { put } = DirectoryStore.prototype;
  let shardsWritten = 0;
  jest.spyOn(DirectoryStore.prototype, 'put').mockImplementation(async function (
    this: DirectoryStore,
    key,
    body,
  ) {
    if (key.endsWith('.npz')) {
      shardsWritten += 1;
      while (!areBothThere()) await new Promise(setImmediate);
    }
    return put.call(this, key, body);
  });
  const outcomes = await Promise.all(
    contexts.map((context, index) =>
      runTrial(
        { runId: `s-${index + 1}`, config: configOf({ epochs: 1 }) },
        new SharedTraining(context),
        context,
      ),
    ),
  );
  expect(outcomes).toEqual(['finished', 'finished']);
  expect(shardsWritten).toBe(2);
  expect(notes()).toContainEqual(
    expect.stringMatching(
      /^Waiting for process \d+ on .* since .* UTC, which makes the shards of the dataset "digits/,
    ),
  );
  expect(notes()).toContainEqual(expect.stringContaining('its 2 shards are reused'));
});

test('a trial waits for the process that still trains it', async () => {
  const store = new DirectoryStore(join(folder, 'held'));
  const context = createStepContext(store);
  const hold = await store.hold(objectKeys.run('s-1'));
  const running = runTrial(
    { runId: 's-1', config: configOf({ epochs: 1 }) },
    new SharedTraining(context),
    context,
  );
  const isTold = () =>
    context.events.some((event) => event.type === 'note' && event.message.includes('which trains s-1'));
  while (!isTold()) await new Promise(setImmediate);
  expect(await listRunIds(store)).toEqual([]);
  if ('release' in hold) await hold.release();
  expect(await running).toBe('finished');
});

test('a trial that waits for a process stops when it is interrupted', async () => {
  const store = new DirectoryStore(join(folder, 'interrupted'));
  await store.hold(objectKeys.run('s-1'));
  const context = createStepContext(store);
  const running = runTrial(
    { runId: 's-1', config: configOf({ epochs: 1 }) },
    new SharedTraining(context),
    context,
  );
  context.controller.abort();
  await expect(running).rejects.toMatchObject({ name: 'Interrupted' });
});
