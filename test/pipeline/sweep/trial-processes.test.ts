import * as childProcess from 'node:child_process';
import { EventEmitter } from 'node:events';
import { type RunConfig, runConfigSchema } from '../../../lib/contracts/run-config';
import type { TrialReport, TrialRequest } from '../../../lib/pipeline/sweep/trial-messages';
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

/** A process whose trainings end at once; those of a learning rate of 1 diverge. */
class FakeProcess extends EventEmitter {
  readonly trained: string[] = [];
  connected = true;
  isAlive = true;

  constructor(readonly env: NodeJS.ProcessEnv) {
    super();
  }

  send(request: TrialRequest, onSent?: (error: Error | null) => void): void {
    if (!this.isAlive) {
      const error = new Error('write EPIPE');
      if (onSent === undefined) this.emit('error', error);
      else onSent(error);
      return;
    }
    if (request.type === 'stop') return;
    const { runId, config } = request.part;
    this.trained.push(runId);
    const report: TrialReport =
      config.learningRate === 1
        ? { type: 'failed', name: 'TrainingDiverged', message: 'The loss is NaN.', evidence: {} }
        : { type: 'ended', outcome: 'finished' };
    setImmediate(() => this.emit('message', report));
  }

  disconnect(): void {
    this.connected = false;
    setImmediate(() => this.emitExit(0, null));
  }

  /** As the system does for memory. The parent learns of it later. */
  kill(): void {
    this.isAlive = false;
    setImmediate(() => this.emitExit(null, 'SIGKILL'));
  }

  private emitExit(code: number | null, signal: NodeJS.Signals | null): void {
    [this.connected, this.isAlive] = [false, false];
    this.emit('exit', code, signal);
  }
}

function openTrainers(count: number) {
  const processes: FakeProcess[] = [];
  let most = 0;
  jest.mocked(childProcess.fork).mockImplementation((...[, , options]) => {
    processes.push(new FakeProcess(options!.env!));
    most = Math.max(most, processes.filter(({ connected }) => connected).length);
    return processes.at(-1) as unknown as childProcess.ChildProcess;
  });
  const trainers = new TrialProcesses(new MemoryStore(), count, 16 * gib);
  const train = (runId: number, change: Partial<RunConfig>) => {
    const part = { runId: String(runId), config: runConfigSchema.parse(change) };
    return trainers.train(part, () => {}, new AbortController().signal);
  };
  return { processes, train, close: () => trainers.close(), most: () => most };
}

/** Trains these networks, as many at a time as there are processes. */
async function trainAll(count: number, configs: readonly Partial<RunConfig>[]) {
  const { processes, train, close, most } = openTrainers(count);
  for (let first = 0; first < configs.length; first += count) {
    const together = configs.slice(first, first + count);
    await Promise.allSettled(together.map((change, index) => train(first + index + 1, change)));
  }
  await close();
  return { most: most(), trained: processes.map(({ trained }) => trained), env: processes[0]!.env };
}

const [mlp, cnn] = [{}, { model: 'cnn' }] as const;

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

test('a process whose training failed trains the next one, or gives its place to another kind', async () => {
  const diverged = { learningRate: 1 };
  const { trained, most } = await trainAll(1, [diverged, diverged, { ...diverged, ...cnn }, cnn]);
  expect(trained).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
  expect(most).toBe(1);
});

test('a process that died while it waited is replaced', async () => {
  const { processes, train, close } = openTrainers(1);
  await train(1, mlp);
  processes[0]!.kill();
  await new Promise(setImmediate);
  await train(2, mlp);
  processes[1]!.kill();
  await new Promise(setImmediate);
  await train(3, cnn);
  await close();
  expect(processes.map(({ trained }) => trained)).toEqual([['1'], ['2'], ['3']]);
});

test('a process whose channel is closed already is not sent to', async () => {
  const { processes, train, close } = openTrainers(1);
  await train(1, mlp);
  processes[0]!.kill();
  processes[0]!.connected = false;
  expect(await train(2, mlp)).toBe('finished');
  await close();
});

test('a death that shows when the next trial is sent is reported as its exit', async () => {
  const { processes, train, close } = openTrainers(1);
  await train(1, mlp);
  processes[0]!.kill();
  await expect(train(2, mlp)).rejects.toMatchObject({
    name: 'Interrupted',
    message: 'The process that trained 2 was ended by SIGKILL.',
  });
  await close();
});

test.each([
  [1, undefined],
  [2, expect.stringMatching(/^\d+$/)],
])('%i at a time: the threads are those of a run by itself, or shared', async (count, threads) => {
  const { env } = await trainAll(count, [mlp]);
  expect(env['TF_NUM_INTRAOP_THREADS']).toEqual(threads);
});
