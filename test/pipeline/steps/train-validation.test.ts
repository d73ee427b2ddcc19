import { join } from 'node:path';
import { objectKeys } from '../../../lib/contracts/object-keys';
import { historySchema, trainingRecordSchema } from '../../../lib/contracts/results';
import type { RunConfig } from '../../../lib/contracts/run-config';
import { train } from '../../../lib/pipeline/steps/train';
import { getJson } from '../../../lib/store/json-objects';
import { MemoryStore } from '../../../lib/store/memory-store';
import { createStepContext, prepareDataset } from '../../support/prepare-dataset';
import { useScratchFolder } from '../../support/scratch-folder';
import { encodeTinyDataset, makeTinyDataset, writeFiles } from '../../support/tiny-dataset';

const folder = useScratchFolder();
const original = makeTinyDataset({ classes: 4 });
const { test: testSplit } = original;
/** The same training images; each test image has the label of another class. */
const mislabeled = {
  ...original,
  test: { ...testSplit, labels: testSplit.labels.map((label) => (label + 1) % 4) },
};

/** Every decision that looks at the validation loss. */
const settings: Partial<RunConfig> = {
  classes: 4,
  hidden: [8],
  epochs: 12,
  batchSize: 40,
  engine: 'wasm',
  patience: 2,
  schedule: 'plateau',
  learningRate: 0.05,
};

async function trainOn(dataset: typeof original, name: string, config: Partial<RunConfig>) {
  await writeFiles(join(folder, name), encodeTinyDataset(dataset));
  const store = new MemoryStore();
  const context = createStepContext(store);
  const manifest = await prepareDataset(join(folder, name), context, { ...settings, ...config }, 'run');
  await train({ runId: 'run', dataset: manifest.dataset, contentKey: manifest.contentKey }, context);
  const training = await getJson(store, objectKeys.training('run'), trainingRecordSchema);
  const { epochs } = await getJson(store, objectKeys.history('run'), historySchema);
  return { epochs, epoch: training.epoch, stepCount: training.stepCount, sha256: training.weightsSha256 };
}

test('with held out images, nothing in the training depends on the test images', async () => {
  const run = await trainOn(original, 'original', { validationFraction: 0.2 });
  expect(run).toEqual(await trainOn(mislabeled, 'mislabeled', { validationFraction: 0.2 }));
  // 160 of 200 images, 40 in a batch.
  expect(run.stepCount).toBe(4 * run.epochs.length);
});

test('without them, the test images are the validation data', async () => {
  const run = await trainOn(original, 'original', {});
  const other = await trainOn(mislabeled, 'mislabeled', {});
  expect(run.epochs[0]!.loss).toBe(other.epochs[0]!.loss);
  expect(run.epochs[0]!.val_loss).not.toBe(other.epochs[0]!.val_loss);
});
