import { PermanentError } from '../../contracts/errors';
import type { RunConfig } from '../../contracts/run-config';
import type { ObjectStore } from '../../store/object-store';
import { type CheckpointOwner, Checkpoints } from '../../training/checkpoints';
import type { MlpLayers } from '../../training/mlp-layers';
import type { TrainingState } from '../../training/training-state';

/** A run's checkpoints, and where its training starts from. */
export interface RestoredTraining {
  readonly checkpoints: Checkpoints;
  /** `undefined`: from its initial weights. */
  readonly resumeFrom: TrainingState | undefined;
}

/**
 * The newest checkpoint that can be trusted: the run's own, or else that of the run which its configuration resumes.
 *
 * @param say - told of those that cannot.
 * @throws PermanentError ArtifactNotFound when the run to resume has none on this very content.
 */
export async function restoreTraining(
  store: ObjectStore,
  { runId, contentKey }: CheckpointOwner,
  { resumeFrom }: RunConfig,
  stack: MlpLayers,
  say: (message: string) => void,
): Promise<RestoredTraining> {
  const checkpoints = new Checkpoints(store, { runId, contentKey }, stack);
  const own = await checkpoints.restore(say);
  if (own !== undefined || resumeFrom === undefined) return { checkpoints, resumeFrom: own };
  const others = new Checkpoints(store, { runId: resumeFrom, contentKey }, stack);
  const state = await others.restore(say);
  if (state !== undefined) return { checkpoints, resumeFrom: state };
  throw new PermanentError(
    'ArtifactNotFound',
    `The run "${resumeFrom}", which resumeFrom names, has no checkpoint of a training on the dataset content ${contentKey} in ${store.location}: it made no step, was on other data, or its checkpoints have expired. Start without resumeFrom.`,
    { evidence: { resumeFrom, contentKey } },
  );
}
