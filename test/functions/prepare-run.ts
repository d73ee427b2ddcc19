import { runConfigSchema } from '../../lib/contracts/run-config';
import { reserveRun } from '../../lib/pipeline/start-run';
import type { ObjectStore } from '../../lib/store/object-store';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { writeTinyDataset } from '../support/tiny-dataset';

/** A run that waits for its training: configured, its dataset prepared, one second of work on WASM. */
export async function prepareRun(store: ObjectStore, runId: string, folder: string) {
  await writeTinyDataset(folder, { classes: 3 });
  const context = createStepContext(store);
  const config = runConfigSchema.parse({
    dataset: folder,
    classes: 3,
    epochs: 1,
    hidden: [8],
    engine: 'wasm',
  });
  await reserveRun({ runId, config }, context);
  const { dataset, contentKey } = await prepareDataset(folder, context, { classes: 3 });
  return { dataset, contentKey };
}
