import * as childProcess from 'node:child_process';
import { EventEmitter } from 'node:events';
import { type RunConfig, runConfigSchema } from '../../../lib/contracts/run-config';
import type { TrialRequest } from '../../../lib/pipeline/sweep/trial-messages';
import { TrialProcesses } from '../../../lib/pipeline/sweep/trial-processes';
import { MemoryStore } from '../../../lib/store/memory-store';

jest.mock('node:child_process');

const gib = 2 ** 30;

test.each([
  [2, 1.6],
  [1, 0.1],
])('%i processes fit in %d GiB', async (count, memory) => {
  await new TrialProcesses(new MemoryStore(), count, memory * gib).close();
});

test('more processes than the memory has room for are refused, with the number that fits', () => {
  expect(() => new TrialProcesses(new MemoryStore(), 4, 2 * gib)).toThrow(
    '4 trials side by side (--max-parallel) need 3.1 GiB for their processes alone, and this machine has 2.0 GiB. At most 2 fit.',
  );
});

/** A process whose trainings end at once. */
class FakeProcess extends EventEmitter {
  readonly trained: string[] = [];
  connected = true;

  constructor(readonly env: NodeJS.ProcessEnv) {
    super();
  }

  send(request: TrialRequest): void {
    if (request.type === 'stop') return;
    this.trained.push(request.part.runId);
    setImmediate(() => this.emit('message', { type: 'ended', outcome: 'finished' }));
  }

  disconnect(): void {
    this.connected = false;
    setImmediate(() => this.emit('exit', 0, null));
  }
}

/** Trains these networks, as many at a time as there are processes. */
async function trainAll(count: number, configs: readonly Partial<RunConfig>[]) {
  const processes: FakeProcess[] = [];
  let most = 0;
  jest.mocked(childProcess.fork).mockImplementation((...[, , options]) => {
    processes.push(new FakeProcess(options!.env!));
    most = Math.max(most, processes.filter(({ connected }) => connected).length);
    return processes.at(-1) as unknown as childProcess.ChildProcess;
  });
  const trainers = new TrialProcesses(new MemoryStore(), count, 16 * gib);
  for (let first = 0; first < configs.length; first += count) {
    const together = configs.slice(first, first + count).map((change, index) => {
      const part = { runId: String(first + index + 1), config: runConfigSchema.parse(change) };
      return trainers.train(part, () => {}, new AbortController().signal);
    });
    await Promise.all(together);
  }
  await trainers.close();
  return { most, trained: processes.map(({ trained }) => trained), env: processes[0]!.env };
}

const [mlp, cnn] = [{}, { model: 'cnn' }];

test('a process trains networks of one kind, whose kernels TensorFlow has loaded', async () => {
  const { trained, most } = await trainAll(2, [mlp, cnn, cnn, mlp]);
  expect(trained).toEqual([
    ['1', '4'],
    ['2', '3'],
  ]);
  expect(most).toBe(2);
});

test('a process for another kind takes the place of one that waits', async () => {
  const { trained, most } = await trainAll(1, [mlp, mlp, cnn, mlp]);
  expect(trained).toEqual([['1', '2'], ['3'], ['4']]);
  expect(most).toBe(1);
});

test('a process trains on one device, which TensorFlow has opened', async () => {
  const { trained } = await trainAll(1, [{ device: 'cpu' }, { device: 'auto' }]);
  expect(trained).toEqual([['1'], ['2']]);
});

test.each([
  [1, undefined],
  [2, expect.stringMatching(/^\d+$/)],
])('%i at a time: the threads are those of a run by itself, or shared', async (count, threads) => {
  const { env } = await trainAll(count, [mlp]);
  expect(env['TF_NUM_INTRAOP_THREADS']).toEqual(threads);
});
