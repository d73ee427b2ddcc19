import type { DatasetPlan } from '../contracts/dataset';
import type { PlanInput } from '../contracts/steps';
import { loadInitialWeights } from '../model/initial-weights';
import type { KerasGraph } from '../model/keras-graph';
import { hasConvolutions, listNetworkWeights } from '../model/network-weights';
import { type ContentObject, readWithContent } from '../store/content-object';
import { assertFitsMemory } from '../training/memory-need';
import type { TrainingEngine } from '../training/training-engine';
import { layOutState } from '../training/training-state';
import type { StepContext } from './step-context';
import { restoreTraining } from './steps/restore-training';
import type { TrainingResources } from './training-resources';

/**
 * Checks what the training of a run's network needs, before the run id is reserved: memory of this machine; initial weights
 * that match its layers; a checkpoint to resume from; the engine that the configuration names. On AWS only the training
 * machine can check all of this.
 *
 * @param objects - that the configuration names; they may not be in the store yet.
 * @returns the engine if the configuration names one; `auto` finds one later, in every case.
 * @throws PermanentError EngineUnavailable, ArtifactNotFound, CorruptArtifact or InvalidInput, as the step `train` does;
 *   TransientError Interrupted.
 */
export async function findTrainingNeeds(
  { runId, config }: PlanInput,
  { contentKey, network }: Pick<DatasetPlan, 'contentKey'> & { readonly network: KerasGraph },
  objects: readonly ContentObject[],
  { store, notify, signal }: StepContext,
  { openEngine }: TrainingResources,
): Promise<TrainingEngine | undefined> {
  assertFitsMemory(network, config);
  const { initialWeightsSha256: sha256, engine, device } = config;
  if (sha256 !== undefined) await loadInitialWeights(readWithContent(store, objects), sha256, network);
  const weights = listNetworkWeights(network, 'The network of this run');
  const layout = layOutState(weights, config);
  await restoreTraining(store, { runId, contentKey }, config, layout, () => {});
  if (engine === 'auto' && device !== 'gpu') return undefined;
  const wanted = { engine, device, isConvolutional: hasConvolutions(network) };
  return openEngine(wanted, (message) => notify({ type: 'note', message }), signal);
}
