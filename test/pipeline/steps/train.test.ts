import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { historySchema, trainingRecordSchema } from '../../../lib/contracts/results';
import { findSourceCommit } from '../../../lib/installation/source-commit';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { prepareRun } from '../../functions/prepare-run';
import { createStepContext } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';

const folder = useScratchFolder();

test('a run that was trained on other data is refused, and its training.json is unchanged', async () => {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
  await train({ runId: 'run', ...pointers }, createStepContext(store));
  const before = await store.get(objectKeys.training('run'));
  await expect(
    train({ runId: 'run', ...pointers, contentKey: 'other' }, createStepContext(store)),
  ).rejects.toMatchObject({
    name: 'RunExists',
    message: expect.stringMatching(/was trained on the dataset content .* has the content other now/),
  });
  expect(await store.get(objectKeys.training('run'))).toEqual(before);
});

test('training.json has the peak memory of the process and the commit of the program, if it is known', async () => {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
  await train({ runId: 'run', ...pointers }, createStepContext(store));
  const training = await getJson(store, objectKeys.training('run'), trainingRecordSchema);
  expect(training.peakMemoryBytes).toBeGreaterThan(50_000_000);
  expect(training.sourceCommit).toBe(await findSourceCommit());
});

test('the try-it page is written before training.json marks the training as complete', async () => {
  const store = new MemoryStore();
  const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
  const put = jest.spyOn(store, 'put');
  await train({ runId: 'run', ...pointers }, createStepContext(store));
  const written = put.mock.calls.map(([key]) => key);
  expect(written).toContain(objectKeys.tryItPage('run'));
  expect(written.at(-1)).toBe(objectKeys.training('run'));
});

test.each([objectKeys.history('run'), objectKeys.checkpoint('run', 0), objectKeys.training('run')])(
  'interrupted at the write of %s and resumed, the history has every epoch',
  async (failingKey) => {
    const store = new MemoryStore();
    const pointers = await prepareRun(store, 'run', join(folder, 'digits'));
    const whole = new MemoryStore();
    await prepareRun(whole, 'run', join(folder, 'digits'));
    await train({ runId: 'run', ...pointers }, createStepContext(whole));

    const put = store.put.bind(store);
    const failing = jest.spyOn(store, 'put').mockImplementation(async (key, body) => {
      if (key === failingKey) throw new Error('interrupted');
      return put(key, body);
    });
    await expect(train({ runId: 'run', ...pointers }, createStepContext(store))).rejects.toThrow(
      'interrupted',
    );
    failing.mockRestore();
    await train({ runId: 'run', ...pointers }, createStepContext(store));
    expect(await getJson(store, objectKeys.history('run'), historySchema)).toEqual(
      await getJson(whole, objectKeys.history('run'), historySchema),
    );
  },
);
