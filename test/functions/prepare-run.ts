import { existsSync } from 'node:fs';
import type { ObjectStore } from '../../lib/store/object-store';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { writeTinyDataset } from '../support/tiny-dataset';

/** A run that is ready for training: configured, with a prepared dataset, and one second of work on WASM. */
export async function prepareRun(store: ObjectStore, runId: string, folder: string, epochs = 1) {
  // Written anew, the same images would be another dataset: a source is known by size and time of its files.
  if (!existsSync(folder)) await writeTinyDataset(folder, { classes: 3 });
  const context = createStepContext(store);
  const { dataset, contentKey } = await prepareDataset(
    folder,
    context,
    { classes: 3, epochs, hidden: [8], engine: 'wasm' },
    runId,
  );
  return { dataset, contentKey };
}
