import { TransientError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { trainingSpendingSchema } from '../../lib/contracts/results';
import { TrainingTimeLimit } from '../../lib/pipeline/training-time-limit';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';

const interrupted = () => Promise.reject(new TransientError('Interrupted', 'stopped'));

/** A store, and a clock that stands still until it is moved. */
function setUp(secondsLimit: number) {
  const store = new MemoryStore();
  let milliseconds = 1_000_000;
  const now = () => new Date(milliseconds);
  const options = { store, runId: 'run', secondsLimit, maxCostUsd: 0.5, now };
  return {
    store,
    open: () => TrainingTimeLimit.open(options),
    wait: (seconds: number) => {
      milliseconds += 1000 * seconds;
    },
    readSpending: async () =>
      (await getJson(store, objectKeys.trainingSpending('run'), trainingSpendingSchema)).seconds,
  };
}

test.each([
  [99.9, false],
  [100, true],
])('after %f of 100 s the training is stopped: %p', async (seconds, isStopped) => {
  const { open, wait } = setUp(100);
  const budget = await open();
  wait(seconds);
  budget.check();
  expect(budget.signal.aborted).toBe(isStopped);
});

test('what was stopped by the budget fails by its name, with both figures and what to do', async () => {
  const { open, wait, readSpending } = setUp(100);
  const budget = await open();
  wait(101);
  budget.check();
  await expect(budget.watch(interrupted())).rejects.toMatchObject({
    name: 'CostLimitExceeded',
    message: expect.stringMatching(
      /has taken 101\.0 s, and its limit of \$0\.5 \(maxCostUsd\) buys 100\.0 s.*"resumeFrom": "run"/,
    ),
  });
  expect(await readSpending()).toBe(101);
});

test('attempts that ended by a signal count to the second', async () => {
  const { open, wait, readSpending } = setUp(100);
  for (const total of [40, 80]) {
    const budget = await open();
    wait(40);
    budget.check();
    await expect(budget.watch(interrupted())).rejects.toMatchObject({ name: 'Interrupted' });
    expect(await readSpending()).toBe(total);
  }
  const third = await open();
  wait(20);
  third.check();
  expect(third.signal.aborted).toBe(true);
});

test('an attempt that vanishes has paid for what it did since its last entry', async () => {
  const { open, wait, readSpending } = setUp(100);
  const vanished = await open();
  wait(45);
  vanished.check();
  await vanished.watch(Promise.resolve());
  wait(20);
  vanished.check();
  expect(await readSpending()).toBeGreaterThanOrEqual(65);
  expect(await readSpending()).toBeLessThanOrEqual(65 + 30);
});

test('an attempt after the limit was reached is refused before it does anything', async () => {
  const { open, wait } = setUp(100);
  const budget = await open();
  wait(100);
  await expect(budget.watch(interrupted())).rejects.toMatchObject({ name: 'Interrupted' });
  await expect(open()).rejects.toMatchObject({ name: 'CostLimitExceeded' });
});

test('a checkpoint that knows of more seconds than the entries counts', async () => {
  const { open, wait } = setUp(100);
  const budget = await open();
  budget.count(99);
  wait(1);
  budget.check();
  expect(budget.signal.aborted).toBe(true);
});

test('a spending that cannot be entered stops the training with the store’s error', async () => {
  const { store, open, wait } = setUp(100);
  const budget = await open();
  jest.spyOn(store, 'put').mockRejectedValue(new TransientError('StoreUnavailable', 'S3 is away'));
  wait(31);
  budget.check();
  await new Promise((resolve) => setImmediate(resolve));
  expect(budget.signal.reason).toMatchObject({ name: 'StoreUnavailable' });
  await expect(budget.watch(interrupted())).rejects.toMatchObject({ name: 'StoreUnavailable' });
});

test('without a limit nothing is stopped and nothing written', async () => {
  const { store, open, wait } = setUp(0);
  const budget = await open();
  wait(1e9);
  budget.check();
  expect(budget.signal.aborted).toBe(false);
  await expect(budget.watch(interrupted())).rejects.toMatchObject({ name: 'Interrupted' });
  expect(await store.head(objectKeys.trainingSpending('run'))).toBeUndefined();
});

test('a training that fails of itself keeps its error', async () => {
  const { open } = setUp(100);
  const budget = await open();
  await expect(budget.watch(Promise.reject(new Error('diverged')))).rejects.toThrow('diverged');
});
