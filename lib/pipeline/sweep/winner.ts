import { objectKeys } from '../../contracts/object-keys';
import { type RunConfig, storedRunConfigSchema } from '../../contracts/run-config';
import { isRepetition, laterWinnerRunId, winnerRunId } from '../../contracts/sweep';
import { getJsonIfPresent } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { bestTrial, type SweepState, type Trial } from '../../sweep/sweep-state';

/** The run that takes over the best trial and alone meets the test set. */
export interface Winner {
  readonly best: Trial;
  readonly runId: string;
  readonly config: RunConfig;
  /** Whether the run has its results. */
  readonly isPublished: boolean;
}

/**
 * Its epochs are the trial's: none is trained again.
 *
 * @returns `undefined` for folds and seeds, which choose nothing, and where no trial is trained to its end.
 */
export async function planWinner(store: ObjectStore, state: SweepState): Promise<Winner | undefined> {
  const { sweep } = state;
  const best = isRepetition(sweep) ? undefined : bestTrial(state);
  if (best === undefined) return undefined;
  const { minAccuracy } = sweep.settings as Partial<RunConfig>;
  const config: RunConfig = {
    ...best.config,
    ...(minAccuracy !== undefined && { minAccuracy }),
    evaluateOn: 'test',
    resumeFrom: best.runId,
  };
  const runId = await nameWinner(store, sweep.sweepId, best);
  return { best, runId, config, isPublished: (await store.head(objectKeys.runRecord(runId))) !== undefined };
}

/** A finished run never changes: where an extended sweep has another winner, that is another run. */
async function nameWinner(store: ObjectStore, sweepId: string, best: Trial): Promise<string> {
  const runId = winnerRunId(sweepId);
  const stored = await getJsonIfPresent(store, objectKeys.config(runId), storedRunConfigSchema);
  if (stored === undefined || stored.config.resumeFrom === best.runId) return runId;
  return laterWinnerRunId(sweepId, best.trial);
}
