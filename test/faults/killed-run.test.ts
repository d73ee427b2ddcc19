import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import {
  isPublished,
  killAtRandom,
  newestCheckpoint,
  RunProcess,
  resumedFromStep,
  weightsOf,
} from '../support/run-process';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const settings = [
  ...['--engine', 'wasm', '--hidden', '64', '--epochs', '6', '--batch-size', '16'],
  ...['--checkpoint-steps', '7', '--schedule', 'cosine', '--patience', '5', '--dataset', dataset],
];

const runToEnd = (store: string) => new RunProcess(store, settings).exited;

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

/** Files of a run, from the first to the last before run.json. Each row is of one run, which is killed at each of its. */
const milestones = [
  ['config.json', 'train-00000.npz', 'slot-0.safetensors', 'metrics.json'],
  ['rows.idx', 'part-00001.result.json', 'slot-1.safetensors', 'report.html'],
  ['plan.json', 'manifest.json', 'weights.bin'],
] as const;

test.each(milestones.map((row) => [row.join(', '), row] as const))(
  'killed when it has %s, and started again each time',
  async (_, row) => {
    const store = join(folder, `killed-at-${row[0]}`);
    for (const milestone of row) {
      const run = new RunProcess(store, settings);
      await run.waitUntil(() => hasFile(store, milestone));
      const exitCode = await run.stop('SIGKILL');
      expect(hasFile(store, milestone)).toBe(true);
      // Between report.html and run.json there are only milliseconds, so the run may already be finished.
      if (isPublished(store)) expect(milestone).toBe('report.html');
      else {
        const [killed] = JSON.parse((await runCommand(['runs', '--store', store, '--json'])).out);
        expect(exitCode).toBeNull();
        expect(killed.status).toBe('unfinished');
        expect(existsSync(join(store, 'models'))).toBe(false);
      }
    }
    if (!isPublished(store)) expect(await runToEnd(store)).toBe(0);
    const { out } = await runCommand(['show', 'run', '--store', store, '--json']);
    expect(JSON.parse(out).status).toBe('accepted');
    // The result is the same as that of an uninterrupted run.
    expect(weightsOf(store).equals(wholeWeights)).toBe(true);
  },
);

test('killed twenty times at random during training, the resumed run ends with the same bytes', async () => {
  const { stores } = await killAtRandom(folder, settings, { kills: 20, withinMilliseconds: 300 });
  for (const store of stores) {
    expect(weightsOf(store).equals(wholeWeights)).toBe(true);
    expect(resumedFromStep(store)).toBeGreaterThan(0);
  }
});

test.each([
  ['SIGTERM', 143],
  // Sent when the terminal is closed.
  ['SIGHUP', 129],
] as const)(
  '%s in training: a checkpoint, exit code %i within ten seconds, and the same bytes when resumed',
  async (signal, exitCode) => {
    const store = join(folder, `stopped-by-${signal}`);
    const run = new RunProcess(store, settings);
    await run.waitUntil(() => newestCheckpoint(store) > 0);
    const stoppedAt = Date.now();
    expect(await run.stop(signal)).toBe(exitCode);
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    expect(await runToEnd(store)).toBe(0);
    expect(resumedFromStep(store)).toBeGreaterThan(0);
    expect(weightsOf(store).equals(wholeWeights)).toBe(true);
  },
);
