import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import type { RunConfig } from '../../lib/contracts/run-config';
import { train } from '../../lib/pipeline/steps/train';
import { MemoryStore } from '../../lib/store/memory-store';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { testedDevice } from '../support/tested-device';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();

/** The weights of a run that pauses after these epochs. */
async function trainWithPauses(dataset: string, config: Partial<RunConfig>, pauses: readonly number[]) {
  const store = new MemoryStore();
  const context = createStepContext(store);
  const settings = { ...config, engine: 'native', device: testedDevice } as const;
  const { dataset: name, contentKey } = await prepareDataset(dataset, context, settings, 'run');
  const input = { runId: 'run', dataset: name, contentKey };
  for (const pauseAfterEpoch of pauses)
    expect(await train({ ...input, pauseAfterEpoch }, context)).toMatchObject({
      pausedAfterEpoch: pauseAfterEpoch,
    });
  await train(input, context);
  return Buffer.from(await store.get(objectKeys.modelWeights('run')));
}

test('the default run, paused after the first of two epochs, has the weights of a run without a pause', async () => {
  const whole = await trainWithPauses('mnist', { epochs: 2, seed: 1 }, []);
  expect((await trainWithPauses('mnist', { epochs: 2, seed: 1 }, [1])).equals(whole)).toBe(true);
}, 300_000);

test('with moving statistics, two moments, averaged weights, augmentation and early stopping: the same', async () => {
  const dataset = join(folder, 'digits');
  await writeTinyDataset(dataset, { classes: 3, trainCount: 600, testCount: 60, imageShape: [16, 16] });
  const config: Partial<RunConfig> = {
    ...{ classes: 3, model: 'cnn', filters: [4, 8], epochs: 6, batchSize: 32, patience: 5 },
    ...{ emaDecay: 0.9, rotationDegrees: 10, seed: 7 },
    schedule: 'one-cycle',
    optimizer: 'adamw',
  };
  const whole = await trainWithPauses(dataset, config, []);
  expect((await trainWithPauses(dataset, config, [1, 2, 4])).equals(whole)).toBe(true);
}, 300_000);
