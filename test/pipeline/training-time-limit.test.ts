import { TransientError } from '../../lib/contracts/errors';
import { objectKeys } from '../../lib/contracts/object-keys';
import { trainingSpendingSchema } from '../../lib/contracts/results';
import { TrainingTimeLimit } from '../../lib/pipeline/training-time-limit';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';

const interrupted = () => Promise.reject(new TransientError('Interrupted', 'stopped'));

/** A store, and a clock that only moves by `wait`. */
function setUp(secondsLimit: number, limits: { runId?: string; maxCostUsd?: number } = {}) {
  const store = new MemoryStore();
  let milliseconds = 1_000_000;
  const now = () => new Date(milliseconds);
  const options = { store, runId: 'run', secondsLimit, maxCostUsd: 0.5, now, ...limits };
  return {
    store,
    open: () => TrainingTimeLimit.open(options),
    wait: (seconds: number) => {
      milliseconds += 1000 * seconds;
    },
    readRecordedSeconds: async () =>
      (await getJson(store, objectKeys.trainingSpending('run'), trainingSpendingSchema)).seconds,
  };
}

test.each([
  [99.9, false],
  [100, true],
])('after %f of 100 s the training is stopped: %p', async (seconds, isStopped) => {
  const { open, wait } = setUp(100);
  const timeLimit = await open();
  wait(seconds);
  timeLimit.check();
  expect(timeLimit.signal.aborted).toBe(isStopped);
});

test('a training that the limit stops fails with CostLimitExceeded, both durations and what to do', async () => {
  const { open, wait, readRecordedSeconds } = setUp(100);
  const timeLimit = await open();
  wait(101);
  timeLimit.check();
  await expect(timeLimit.watch(interrupted())).rejects.toMatchObject({
    name: 'CostLimitExceeded',
    message: expect.stringMatching(
      /has taken 101\.0 s, and its limit of \$0\.5 \(maxCostUsd\) pays for 100\.0 s.*"resumeFrom": "run"/,
    ),
  });
  expect(await readRecordedSeconds()).toBe(101);
});

test('a trial that exceeds its part of the limit of a sweep says how to raise that', async () => {
  const { open, wait } = setUp(100, { runId: 'friday-3', maxCostUsd: 0 });
  const timeLimit = await open();
  wait(101);
  timeLimit.check();
  const { message } = await timeLimit.watch(interrupted()).catch((error: unknown) => error as Error);
  expect(message).toMatch(
    /its part of the cost limit of its sweep pays for .* mnist-pipeline sweep --cloud --sweep-id friday --max-cost-usd N\.$/,
  );
  expect(message).not.toContain('resumeFrom');
});

test('the exact time of attempts that a signal ended is recorded', async () => {
  const { open, wait, readRecordedSeconds } = setUp(100);
  for (const total of [40, 80]) {
    const timeLimit = await open();
    wait(40);
    timeLimit.check();
    await expect(timeLimit.watch(interrupted())).rejects.toMatchObject({ name: 'Interrupted' });
    expect(await readRecordedSeconds()).toBe(total);
  }
  const third = await open();
  wait(20);
  third.check();
  expect(third.signal.aborted).toBe(true);
});

test('the recorded time includes the time of a killed attempt since its last write', async () => {
  const { open, wait, readRecordedSeconds } = setUp(100);
  const killed = await open();
  wait(45);
  killed.check();
  await killed.watch(Promise.resolve());
  wait(20);
  killed.check();
  expect(await readRecordedSeconds()).toBeGreaterThanOrEqual(65);
  expect(await readRecordedSeconds()).toBeLessThanOrEqual(65 + 30);
});

test('an attempt after the limit was reached is refused before it does anything', async () => {
  const { open, wait } = setUp(100);
  const timeLimit = await open();
  wait(100);
  await expect(timeLimit.watch(interrupted())).rejects.toMatchObject({ name: 'Interrupted' });
  await expect(open()).rejects.toMatchObject({ name: 'CostLimitExceeded' });
});

test('the time of a checkpoint counts if it is longer than the recorded time', async () => {
  const { open, wait } = setUp(100);
  const timeLimit = await open();
  timeLimit.count(99);
  wait(1);
  timeLimit.check();
  expect(timeLimit.signal.aborted).toBe(true);
});

test('a time that cannot be recorded stops the training with the error of the store', async () => {
  const { store, open, wait } = setUp(100);
  const timeLimit = await open();
  jest.spyOn(store, 'put').mockRejectedValue(new TransientError('StoreUnavailable', 'S3 is unavailable'));
  wait(31);
  timeLimit.check();
  await new Promise((resolve) => setImmediate(resolve));
  expect(timeLimit.signal.reason).toMatchObject({ name: 'StoreUnavailable' });
  await expect(timeLimit.watch(interrupted())).rejects.toMatchObject({ name: 'StoreUnavailable' });
});

test('without a limit nothing is stopped and nothing is written', async () => {
  const { store, open, wait } = setUp(0);
  const timeLimit = await open();
  wait(1e9);
  timeLimit.check();
  expect(timeLimit.signal.aborted).toBe(false);
  await expect(timeLimit.watch(interrupted())).rejects.toMatchObject({ name: 'Interrupted' });
  expect(await store.head(objectKeys.trainingSpending('run'))).toBeUndefined();
});

test('a training that fails for another reason keeps its error', async () => {
  const { open } = setUp(100);
  const timeLimit = await open();
  await expect(timeLimit.watch(Promise.reject(new Error('diverged')))).rejects.toThrow('diverged');
});
