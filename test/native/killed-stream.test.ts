import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { killAtRandom, RunProcess, resumedFromStep, weightsOf } from '../support/run-process';
import { useScratchFolder } from '../support/scratch-folder';
import { testedDevice } from '../support/tested-device';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const batchSize = 64;
const trainCount = 40_000;
const validationFraction = 0.1;
const batchesPerEpoch = Math.ceil((trainCount * (1 - validationFraction)) / batchSize);
/** Four shards, two windows in an epoch: batches have images of both, and only a part of each shard is trained on. */
const shuffleWindow = 20_000;
const settings = [
  ...['--engine', 'native', '--device', testedDevice, '--hidden', '64'],
  ...['--epochs', '2', '--shift-pixels', '1'],
  ...['--batch-size', String(batchSize), '--checkpoint-steps', '10', '--dataset', dataset],
  ...['--validation-fraction', String(validationFraction), '--shuffle-window', String(shuffleWindow)],
];

test('a training from shards, killed ten times in the middle of epochs, ends with the same bytes', async () => {
  await writeTinyDataset(dataset, { trainCount, testCount: 200, imageShape: [8, 8] });
  const whole = join(folder, 'whole');
  expect(await new RunProcess(whole, settings).exited).toBe(0);
  const random = await killAtRandom(folder, settings, { kills: 9, withinMilliseconds: 600 });
  const early = await killAtRandom(join(folder, 'early'), settings, { kills: 1, withinMilliseconds: 0 });
  for (const store of [...random.stores, ...early.stores]) {
    expect(weightsOf(store).equals(weightsOf(whole))).toBe(true);
    expect(resumedFromStep(store)).toBeGreaterThan(0);
    const { windowRows } = JSON.parse(readFileSync(join(store, 'runs/run/training.json'), 'utf8'));
    expect(windowRows).toBe(shuffleWindow);
  }
  // Killed at one of the first of 57 checkpoints in an epoch, the last of which is at its end.
  expect(resumedFromStep(early.stores[0]!) % batchesPerEpoch).toBeGreaterThan(0);
});
