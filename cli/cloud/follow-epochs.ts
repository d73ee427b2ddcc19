import { objectKeys } from '../../lib/contracts/object-keys';
import { historySchema } from '../../lib/contracts/results';
import { storedRunConfigSchema } from '../../lib/contracts/run-config';
import type { PipelineEvent } from '../../lib/pipeline/step-context';
import { getJson, getJsonIfPresent } from '../../lib/store/json-objects';
import type { ObjectStore } from '../../lib/store/object-store';

export interface EpochFollower {
  /** Reports the epochs in history.json that were not reported yet. */
  readonly report: () => Promise<void>;
}

/** Reads the training's progress from the history.json that the job writes after each epoch. */
export function createEpochFollower(
  store: ObjectStore,
  runId: string,
  notify: (event: PipelineEvent) => void,
): EpochFollower {
  let epochs: number | undefined;
  let reported = 0;

  const report = async (): Promise<void> => {
    const history = await getJsonIfPresent(store, objectKeys.history(runId), historySchema);
    if (history === undefined) return;
    epochs ??= (await getJson(store, objectKeys.config(runId), storedRunConfigSchema)).config.epochs;
    if (history.epochs.length < reported) {
      // A new attempt restarted at an earlier epoch: report its latest epoch again.
      reported = history.epochs.length - 1;
      notify({ type: 'note', message: `  A new attempt resumed at epoch ${reported + 1}` });
    }
    for (const epoch of history.epochs.slice(reported)) {
      // The store has no batches, so the bar advances once per epoch.
      notify({ type: 'training-progress', epoch: epoch.epoch, epochs, batch: 1, batchesPerEpoch: 1 });
      notify({ type: 'epoch-finished', epoch, epochs });
    }
    reported = history.epochs.length;
  };
  return { report };
}
