import { objectKeys } from '../../lib/contracts/object-keys';
import { latestModelSchema } from '../../lib/contracts/results';
import { listLatestModels, readLatestModel } from '../../lib/inference/latest-model';
import { putJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';

const store = new MemoryStore();
beforeAll(async () => {
  for (const [modelName, hour] of [
    ['letters', 12],
    ['digits', 15],
    ['older', 11],
  ])
    await putJson(store, objectKeys.latestModel(String(modelName)), latestModelSchema, {
      schemaVersion: 1,
      modelName: String(modelName),
      runId: `run-of-${modelName}`,
      accuracy: 0.98,
      promotedAt: `2026-11-25T${hour}:00:00.000Z`,
    });
});

test('the pointer of a name', async () => {
  expect(await readLatestModel(store, 'digits')).toMatchObject({ runId: 'run-of-digits' });
});

test('without a name, the pointer that was written last', async () => {
  expect(await readLatestModel(store)).toMatchObject({ runId: 'run-of-digits' });
  await expect(readLatestModel(new MemoryStore())).rejects.toMatchObject({
    name: 'ArtifactNotFound',
    message: expect.stringMatching(/^No model is registered in .*or give a run id\.$/),
  });
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
  expect(pointers.map(({ modelName }) => modelName)).toEqual(['digits', 'letters', 'older']);
  expect(await listLatestModels(new MemoryStore())).toEqual([]);
});
