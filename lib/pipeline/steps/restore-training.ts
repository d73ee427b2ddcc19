import { PermanentError } from '../../contracts/errors';
import type { RunConfig } from '../../contracts/run-config';
import type { ObjectStore } from '../../store/object-store';
import { type CheckpointOwner, Checkpoints } from '../../training/checkpoints';
import type { StateLayout, TrainingState } from '../../training/training-state';

/** A run's checkpoints, and the state from which its training starts. */
export interface RestoredTraining {
  readonly checkpoints: Checkpoints;
  /** `undefined`: training starts from its initial weights. */
  readonly resumeFrom: TrainingState | undefined;
}

/**
 * Finds the newest intact checkpoint: of the run itself, or else of the run that its configuration resumes.
 *
 * @param log - receives a message for each damaged checkpoint.
 * @throws PermanentError ArtifactNotFound if the run to resume has no checkpoint for this dataset content.
 */
export async function restoreTraining(
  store: ObjectStore,
  { runId, contentKey }: CheckpointOwner,
  { resumeFrom }: RunConfig,
  layout: StateLayout,
  log: (message: string) => void,
): Promise<RestoredTraining> {
  const checkpoints = new Checkpoints(store, { runId, contentKey }, layout);
  const own = await checkpoints.restore(log);
  if (own !== undefined || resumeFrom === undefined) return { checkpoints, resumeFrom: own };
  const others = new Checkpoints(store, { runId: resumeFrom, contentKey }, layout);
  const state = await others.restore(log);
  if (state !== undefined) return { checkpoints, resumeFrom: state };
  throw new PermanentError(
    'ArtifactNotFound',
    `The run "${resumeFrom}", which resumeFrom names, has no checkpoint of a training on the dataset content ${contentKey} in ${store.location}: it ended before its first checkpoint, used other data, or its checkpoints have expired. Start without resumeFrom.`,
    { evidence: { resumeFrom, contentKey } },
  );
}
