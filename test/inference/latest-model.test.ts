import { objectKeys } from '../../lib/contracts/object-keys';
import { latestModelSchema } from '../../lib/contracts/results';
import { listLatestModels, readLatestModel } from '../../lib/inference/latest-model';
import { putJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';

const store = new MemoryStore();
beforeAll(async () => {
  for (const modelName of ['letters', 'digits'])
    await putJson(store, objectKeys.latestModel(modelName), latestModelSchema, {
      schemaVersion: 1,
      modelName,
      runId: `run-of-${modelName}`,
      accuracy: 0.98,
      promotedAt: '2026-11-25T12:00:00.000Z',
    });
});

test('the pointer of a name', async () => {
  expect(await readLatestModel(store, 'digits')).toMatchObject({ runId: 'run-of-digits' });
});

test.each([
  ['nothing', 'ArtifactNotFound', /^No model "nothing" is registered in .*or give a run id/],
  ['../digits', 'InvalidInput', /^The model name cannot be used\./],
])('%s is refused', async (name, errorName, message) => {
  await expect(readLatestModel(store, name)).rejects.toMatchObject({
    name: errorName,
    message: expect.stringMatching(message),
  });
});

test('every registered model, in the order of the names', async () => {
  const pointers = await listLatestModels(store);
  expect(pointers.map(({ modelName }) => modelName)).toEqual(['digits', 'letters']);
  expect(await listLatestModels(new MemoryStore())).toEqual([]);
});
