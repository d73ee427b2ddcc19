import type { DatasetPlan } from '../contracts/dataset';
import type { RunConfig } from '../contracts/run-config';
import type { PlanInput } from '../contracts/steps';
import { chooseEngine } from '../training/choose-engine';
import { assertWeightsFit, type EncodedWeights, loadInitialWeights } from '../training/initial-weights';
import type { MlpLayers } from '../training/mlp-layers';
import type { TrainingEngine } from '../training/training-engine';
import type { StepContext } from './step-context';
import { restoreTraining } from './steps/restore-training';

/**
 * Looks for what the training of a run needs, before the run id is taken: an engine that it insists on, a checkpoint to
 * go on from, initial weights that fit. On AWS it is the training's own machine that can say so.
 *
 * @param initialWeights - those of a model file, which are not in the store yet.
 * @returns the engine where the configuration names one; `auto` always finds one, when it is needed.
 * @throws PermanentError EngineUnavailable, ArtifactNotFound, CorruptArtifact or InvalidInput, as the step `train` does;
 *   TransientError Interrupted.
 */
export async function findTrainingNeeds(
  { runId, config }: PlanInput,
  { contentKey, imageShape }: Pick<DatasetPlan, 'contentKey' | 'imageShape'>,
  initialWeights: EncodedWeights | undefined,
  { store, notify, signal }: StepContext,
): Promise<TrainingEngine | undefined> {
  const stack = layersOf(config, imageShape);
  const { initialWeightsSha256: sha256, engine, device } = config;
  if (initialWeights !== undefined) assertWeightsFit(initialWeights.body, 'The model given by --from', stack);
  else if (sha256 !== undefined) await loadInitialWeights(store, sha256, stack);
  await restoreTraining(store, { runId, contentKey }, config, stack, () => {});
  if (engine === 'auto' && device !== 'gpu') return undefined;
  return chooseEngine(config, (message) => notify({ type: 'note', message }), signal);
}

/** As `buildMlp` builds them, without building a model: only widths matter here. */
function layersOf({ hidden, classes, dropout, l2 }: RunConfig, [height, width]: readonly [number, number]) {
  const units = [...hidden, classes];
  return units.map((count, index) => ({
    inputs: index === 0 ? height * width : units[index - 1]!,
    units: count,
    dropoutRate: dropout,
    l2,
  })) satisfies MlpLayers;
}
