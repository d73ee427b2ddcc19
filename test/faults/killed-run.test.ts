import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createRandom } from '../../lib/training/seeded-random';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const programme = join(__dirname, '../../cli/mnist-pipeline.js');
const settings = [
  ...['--engine', 'wasm', '--hidden', '64', '--epochs', '20', '--batch-size', '16'],
  ...['--checkpoint-steps', '7', '--schedule', 'cosine', '--patience', '19'],
];

function startProcess(store: string, runId: string) {
  const args = ['train', ...settings, '--dataset', dataset, '--store', store, '--run-id', runId, '--quiet'];
  return spawn(process.execPath, [programme, ...args], { stdio: 'ignore' });
}

/** A run in a process of its own, killed after `lifetimeMilliseconds` unless it is faster. */
async function runProcess(
  store: string,
  runId: string,
  lifetimeMilliseconds = 120_000,
): Promise<number | null> {
  const child = startProcess(store, runId);
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const killed = new AbortController();
  const killer = setTimeout(lifetimeMilliseconds, undefined, { signal: killed.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  const exitCode = await exited;
  killed.abort();
  await killer;
  return exitCode;
}

const weightsOf = (store: string, runId: string) =>
  readFileSync(join(store, 'runs', runId, 'model/weights.bin'));

const killCount = 10;
let wholeMilliseconds: number;
let wholeWeights: Buffer;

beforeAll(async () => {
  await writeTinyDataset(dataset, { trainCount: 2000, testCount: 200, imageShape: [12, 12] });
  const store = join(folder, 'whole');
  const startedAt = Date.now();
  expect(await runProcess(store, 'run')).toBe(0);
  wholeMilliseconds = Date.now() - startedAt;
  wholeWeights = weightsOf(store, 'run');
});

let killedCount = 0;
test.each(Array.from({ length: killCount }, (_, point) => point))(
  'killed at point %i of 10, then started again',
  async (point) => {
    const store = join(folder, `killed-${point}`);
    const exitCode = await runProcess(store, 'run', (wholeMilliseconds * (point + 0.5)) / killCount);
    const { out } = await runCommand(['runs', '--store', store, '--json']);
    const [killed] = JSON.parse(out);
    if (exitCode === null) {
      killedCount += 1;
      // Published, and killed on its way out: that run is finished, and stays so.
      if (killed?.status !== 'accepted') {
        expect([undefined, 'unfinished']).toContain(killed?.status);
        expect(existsSync(join(store, 'models'))).toBe(false);
        expect(await runProcess(store, 'run')).toBe(0);
      }
    }
    expect(JSON.parse((await runCommand(['show', 'run', '--store', store, '--json'])).out).status).toBe(
      'accepted',
    );
    // Whatever the kill left behind, the result is that of a run that nobody disturbed.
    expect(weightsOf(store, 'run').equals(wholeWeights)).toBe(true);
  },
);

test('most of the kills came in time', () => {
  expect(killedCount).toBeGreaterThanOrEqual(killCount - 2);
});

test('killed at random twenty times: what is resumed ends in the same bytes', async () => {
  const random = createRandom(2026);
  const killsWanted = 20;
  let kills = 0;
  let resumed = 0;
  for (let round = 0; kills < killsWanted; round += 1) {
    const store = join(folder, `random-${round}`);
    let exitCode: number | null = null;
    while (exitCode === null) {
      // Long enough to get past the start, most of the time too short to finish.
      const share = 0.35 + 0.5 * (random() / 2 ** 32);
      exitCode = await runProcess(store, 'run', kills < killsWanted ? wholeMilliseconds * share : undefined);
      if (exitCode === null) kills += 1;
      if (existsSync(join(store, 'runs/run/run.json'))) exitCode = 0;
    }
    expect(exitCode).toBe(0);
    expect(weightsOf(store, 'run').equals(wholeWeights)).toBe(true);
    const training = JSON.parse(readFileSync(join(store, 'runs/run/training.json'), 'utf8'));
    resumed += training.resumedFromStep > 0 ? 1 : 0;
  }
  expect(resumed).toBeGreaterThan(0);
});

test('SIGTERM in training: a checkpoint, exit code 143 within ten seconds, and the same bytes when resumed', async () => {
  const store = join(folder, 'terminated');
  const child = startProcess(store, 'run');
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  while (!existsSync(join(store, 'checkpoints/run/slot-0.safetensors'))) await setTimeout(10);
  const stoppedAt = Date.now();
  child.kill('SIGTERM');
  expect(await exited).toBe(143);
  expect(Date.now() - stoppedAt).toBeLessThan(10_000);
  expect(await runProcess(store, 'run')).toBe(0);
  const training = JSON.parse(readFileSync(join(store, 'runs/run/training.json'), 'utf8'));
  expect(training.resumedFromStep).toBeGreaterThan(0);
  expect(weightsOf(store, 'run').equals(wholeWeights)).toBe(true);
});
