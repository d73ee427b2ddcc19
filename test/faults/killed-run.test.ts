import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const programme = join(__dirname, '../../cli/mnist-pipeline.js');
const settings = ['--engine', 'wasm', '--hidden', '64', '--epochs', '20', '--batch-size', '16'];

/** A run in a process of its own, killed after `lifetimeMilliseconds` unless it is faster. */
async function runProcess(
  store: string,
  runId: string,
  lifetimeMilliseconds = 120_000,
): Promise<number | null> {
  const args = ['train', ...settings, '--dataset', dataset, '--store', store, '--run-id', runId, '--quiet'];
  const child = spawn(process.execPath, [programme, ...args], { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), lifetimeMilliseconds);
  const exitCode = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
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
      expect([undefined, 'unfinished']).toContain(killed?.status);
      expect(existsSync(join(store, 'models'))).toBe(false);
      expect(await runProcess(store, 'run')).toBe(0);
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
