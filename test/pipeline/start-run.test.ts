import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { runPipeline } from '../../lib/pipeline/run-pipeline';
import { MemoryStore } from '../../lib/store/memory-store';
import { createStepContext } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const dataset = join(useScratchFolder(), 'digits');

test('a run that was interrupted between its record and its registration is registered by the same command', async () => {
  await writeTinyDataset(dataset, { classes: 3 });
  const settings = { dataset, classes: 3, epochs: 1, hidden: [4], engine: 'wasm' };
  const input = { runId: 'run', config: runConfigSchema.parse(settings) };
  const store = new MemoryStore();
  const registering = jest.spyOn(store, 'putIfUnchanged').mockImplementation(async (key, body, expected) => {
    if (key === objectKeys.latestModel('mnist-mlp')) throw new Error('interrupted');
    return MemoryStore.prototype.putIfUnchanged.call(store, key, body, expected);
  });
  await expect(runPipeline(input, createStepContext(store))).rejects.toThrow('interrupted');
  registering.mockRestore();
  const record = await store.get(objectKeys.runRecord('run'));

  await runPipeline(input, createStepContext(store));
  expect(await store.head(objectKeys.latestModel('mnist-mlp'))).toBeDefined();
  expect(await store.get(objectKeys.runRecord('run'))).toEqual(record);
  await expect(runPipeline(input, createStepContext(store))).rejects.toMatchObject({ name: 'RunExists' });
});
