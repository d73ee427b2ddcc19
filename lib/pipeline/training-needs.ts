import type { DatasetPlan } from '../contracts/dataset';
import type { PlanInput } from '../contracts/steps';
import { networkOf } from '../model/network-of';
import { hasConvolutions, listNetworkWeights } from '../model/network-weights';
import { chooseEngine } from '../training/choose-engine';
import { assertWeightsFit, type EncodedWeights, loadInitialWeights } from '../training/initial-weights';
import { mlpLayersOf } from '../training/mlp-layers';
import { createOptimizer } from '../training/optimizers/create-optimizer';
import type { TrainingEngine } from '../training/training-engine';
import { layOutState } from '../training/training-state';
import type { StepContext } from './step-context';
import { restoreTraining } from './steps/restore-training';

/**
 * Checks what the training of a run needs, before the run id is reserved: the engine that the configuration names, a
 * checkpoint to resume from, initial weights that match the layers. On AWS only the training machine can check this.
 *
 * @param initialWeights - from a model file; they are not in the store yet.
 * @returns the engine if the configuration names one; `auto` finds one later, in every case.
 * @throws PermanentError EngineUnavailable, ArtifactNotFound, CorruptArtifact or InvalidInput, as the step `train` does;
 *   TransientError Interrupted.
 */
export async function findTrainingNeeds(
  { runId, config }: PlanInput,
  { contentKey, imageShape }: Pick<DatasetPlan, 'contentKey' | 'imageShape'>,
  initialWeights: EncodedWeights | undefined,
  { store, notify, signal }: StepContext,
): Promise<TrainingEngine | undefined> {
  const layers = mlpLayersOf(config, imageShape);
  const { initialWeightsSha256: sha256, engine, device } = config;
  if (initialWeights !== undefined)
    assertWeightsFit(initialWeights.body, 'The model given by --from', layers);
  else if (sha256 !== undefined) await loadInitialWeights(store, sha256, layers);
  const network = await networkOf(config, imageShape, store);
  const weights = listNetworkWeights(network, "The run's model");
  const layout = layOutState(weights, createOptimizer(config), config);
  await restoreTraining(store, { runId, contentKey }, config, layout, () => {});
  if (engine === 'auto' && device !== 'gpu') return undefined;
  const wanted = { engine, device, isConvolutional: hasConvolutions(network) };
  return chooseEngine(wanted, (message) => notify({ type: 'note', message }), signal);
}
