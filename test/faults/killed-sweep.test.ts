import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { SweepResults } from '../../lib/contracts/sweep';
import { createRandom } from '../../lib/random/seeded-random';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const program = join(__dirname, '../../cli/mnist-pipeline.js');
const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const spaceFile = join(folder, 'space.json');
const killsWanted = 10;

beforeAll(async () => {
  await writeTinyDataset(dataset, { trainCount: 1000, testCount: 100, imageShape: [12, 12] });
  const settings = {
    ...{ dataset, engine: 'wasm', hidden: [64], epochs: 9, batchSize: 16, validationFraction: 0.2 },
    ...{ optimizer: 'sgd', momentum: 0.99, nesterov: true },
  };
  // Of the five that are drawn, the first and the last diverge.
  const space = { learningRate: [1, 0.01, 0.002], l2: [0, 1] };
  writeFileSync(spaceFile, JSON.stringify({ settings, space }));
});

const resultsPath = (store: string) => join(store, 'sweeps/killed/results.json');

function start(store: string, ...more: string[]): ChildProcess {
  const args = [
    ...[
      'sweep',
      spaceFile,
      '--sampler',
      'tpe',
      '--sampler-seed',
      '2',
      '--trials',
      '5',
      '--stop',
      'halving',
      '--max-failed',
      '4',
    ],
    ...['--checkpoint-steps', '20', '--store', store, '--sweep-id', 'killed', '--quiet', ...more],
  ];
  return spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', (exitCode) => resolve(exitCode)));

/** All but what a clock says. */
function tableOf(store: string) {
  const { trials, winner, rungs }: SweepResults = JSON.parse(readFileSync(resultsPath(store), 'utf8'));
  return { rungs, winner, trials: trials.map(({ seconds: _, ...trial }) => trial) };
}

test('killed at ten random moments and resumed, a sweep ends with the same table', async () => {
  const whole = join(folder, 'whole');
  const startedAt = Date.now();
  expect(await exitOf(start(whole))).toBe(0);
  const wholeMilliseconds = Date.now() - startedAt;
  const random = createRandom(2026);
  let kills = 0;
  for (let round = 0; kills < killsWanted; round += 1) {
    const store = join(folder, `killed-${round}`);
    while (kills < killsWanted && !existsSync(resultsPath(store))) {
      const child = start(store);
      const exit = exitOf(child);
      // From before its first file to its end.
      await Promise.race([exit, setTimeout(wholeMilliseconds * (0.1 + (0.6 * random()) / 2 ** 32))]);
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        kills += 1;
      }
      await exit;
    }
    if (!existsSync(resultsPath(store))) expect(await exitOf(start(store))).toBe(0);
    expect(tableOf(store)).toEqual(tableOf(whole));
    expect(tableOf(store).trials.map(({ status }) => status)).toContain('failed');
  }
});

test('a killed sweep leaves no process behind that trains its trials', async () => {
  const store = join(folder, 'side-by-side');
  const child = start(store, '--max-parallel', '2');
  while (!existsSync(join(store, 'runs/killed-2/config.json'))) await setTimeout(20);
  const trainers = childrenOf(child.pid!);
  expect(trainers.length).toBe(2);
  const exit = exitOf(child);
  child.kill('SIGKILL');
  await exit;
  const deadline = Date.now() + 20_000;
  while (trainers.some(isAlive) && Date.now() < deadline) await setTimeout(50);
  expect(trainers.filter(isAlive)).toEqual([]);
  expect(await exitOf(start(store))).toBe(0);
  expect(tableOf(store).trials).toHaveLength(5);
});

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
