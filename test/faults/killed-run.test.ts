import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createRandom } from '../../lib/training/seeded-random';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const program = join(__dirname, '../../cli/mnist-pipeline.js');
const settings = [
  ...['--engine', 'wasm', '--hidden', '64', '--epochs', '20', '--batch-size', '16'],
  ...['--checkpoint-steps', '7', '--schedule', 'cosine', '--patience', '19'],
];
const pollMilliseconds = 2;

/** A run in a separate process, as a user starts it. */
class RunProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  #hasExited = false;

  constructor(readonly store: string) {
    const args = ['train', ...settings, '--dataset', dataset, '--store', store, '--run-id', 'run', '--quiet'];
    this.#child = spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
    this.exited = new Promise((resolve) => {
      this.#child.on('exit', (exitCode) => {
        this.#hasExited = true;
        resolve(exitCode);
      });
    });
  }

  /** Resolves when `isReached`, or when the process has exited. */
  async waitUntil(isReached: () => boolean): Promise<void> {
    while (!this.#hasExited && !isReached()) await setTimeout(pollMilliseconds);
  }

  /** @returns the exit code; `null` when the signal was not handled. */
  stop(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}

const runToEnd = (store: string) => new RunProcess(store).exited;
const weightsOf = (store: string) => readFileSync(join(store, 'runs/run/model/weights.bin'));
const isPublished = (store: string) => existsSync(join(store, 'runs/run/run.json'));
const readTraining = (store: string) =>
  JSON.parse(readFileSync(join(store, 'runs/run/training.json'), 'utf8'));

/** Whether the store has a file whose path ends like this. */
function hasFile(store: string, ending: string): boolean {
  if (!existsSync(store)) return false;
  return readdirSync(store, { recursive: true, encoding: 'utf8' }).some(
    (path) => path.endsWith(ending) && !path.startsWith('.store'),
  );
}

let wholeWeights: Buffer;
beforeAll(async () => {
  await writeTinyDataset(dataset, { trainCount: 2000, testCount: 200, imageShape: [12, 12] });
  const store = join(folder, 'whole');
  expect(await runToEnd(store)).toBe(0);
  wholeWeights = weightsOf(store);
});

/** Files of a run, from the first to the last before run.json. */
const milestones = [
  'config.json',
  'raw/train-images-idx3-ubyte',
  'plan.json',
  'train-00000.npz',
  'manifest.json',
  'slot-0.safetensors',
  'slot-1.safetensors',
  'weights.bin',
  'metrics.json',
  'report.html',
] as const;

test.each(milestones)('killed when %s exists, then started again', async (milestone) => {
  const store = join(folder, `killed-at-${milestone.replace('/', '-')}`);
  const run = new RunProcess(store);
  await run.waitUntil(() => hasFile(store, milestone));
  const exitCode = await run.stop('SIGKILL');
  const [killed] = JSON.parse((await runCommand(['runs', '--store', store, '--json'])).out);
  // Between report.html and run.json there are only milliseconds, so the run may already be finished.
  if (!isPublished(store)) {
    expect(exitCode).toBeNull();
    expect(killed.status).toBe('unfinished');
    expect(existsSync(join(store, 'models'))).toBe(false);
    expect(await runToEnd(store)).toBe(0);
  } else expect(milestone).toBe('report.html');
  const { out } = await runCommand(['show', 'run', '--store', store, '--json']);
  expect(JSON.parse(out).status).toBe('accepted');
  // The result is the same as that of an uninterrupted run.
  expect(weightsOf(store).equals(wholeWeights)).toBe(true);
});

test('killed twenty times at random during training, the resumed run ends with the same bytes', async () => {
  const random = createRandom(2026);
  const killsWanted = 20;
  let kills = 0;
  for (let round = 0; kills < killsWanted; round += 1) {
    const store = join(folder, `random-${round}`);
    while (kills < killsWanted && !isPublished(store)) {
      const before = newestCheckpoint(store);
      const run = new RunProcess(store);
      await run.waitUntil(() => newestCheckpoint(store) !== before);
      await setTimeout(300 * (random() / 2 ** 32));
      if ((await run.stop('SIGKILL')) === null) kills += 1;
    }
    if (!isPublished(store)) expect(await runToEnd(store)).toBe(0);
    expect(weightsOf(store).equals(wholeWeights)).toBe(true);
    expect(readTraining(store).resumedFromStep).toBeGreaterThan(0);
  }
});

/** The time of the latest checkpoint; 0 for none. */
function newestCheckpoint(store: string): number {
  const slots = [0, 1].map((slot) => join(store, `checkpoints/run/slot-${slot}.safetensors`));
  return Math.max(0, ...slots.filter((slot) => existsSync(slot)).map((slot) => statSync(slot).mtimeMs));
}

test.each([
  ['SIGTERM', 143],
  // Sent when the terminal is closed.
  ['SIGHUP', 129],
] as const)(
  '%s in training: a checkpoint, exit code %i within ten seconds, and the same bytes when resumed',
  async (signal, exitCode) => {
    const store = join(folder, `stopped-by-${signal}`);
    const run = new RunProcess(store);
    await run.waitUntil(() => newestCheckpoint(store) > 0);
    const stoppedAt = Date.now();
    expect(await run.stop(signal)).toBe(exitCode);
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    expect(await runToEnd(store)).toBe(0);
    expect(readTraining(store).resumedFromStep).toBeGreaterThan(0);
    expect(weightsOf(store).equals(wholeWeights)).toBe(true);
  },
);
