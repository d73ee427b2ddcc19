import { datasetManifestSchema } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { historySchema, trainingRecordSchema } from '../contracts/results';
import { storedRunConfigSchema } from '../contracts/run-config';
import type { EvaluateInput } from '../contracts/steps';
import { countValidationImages } from '../dataset/held-out-counts';
import { completeLabels } from '../model/model-labels';
import { getJson, parseJsonObject } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';

/** What the steps before the evaluation have written about a run. */
export type TrainedRun = Awaited<ReturnType<typeof readTrainedRun>>;

/**
 * @throws PermanentError InvalidInput if the run was trained on other data; ArtifactNotFound or CorruptArtifact for a
 *   missing or altered file.
 */
export async function readTrainedRun(store: ObjectStore, { runId, dataset, contentKey }: EvaluateInput) {
  const manifestKey = objectKeys.manifest(dataset, contentKey);
  const { config, createdAt } = await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  const training = await getJson(store, objectKeys.training(runId), trainingRecordSchema);
  const { epochs } = await getJson(store, objectKeys.history(runId), historySchema);
  const manifestBytes = await store.get(manifestKey);
  const manifest = parseJsonObject(manifestBytes, store, manifestKey, datasetManifestSchema);
  if (training.contentKey !== contentKey) {
    throw new PermanentError(
      'InvalidInput',
      `The run "${runId}" was trained on the dataset content ${training.contentKey}, but its evaluation was requested on ${contentKey}. Both must be the same; start the pipeline from its first step.`,
      { evidence: { runId, trainedOn: training.contentKey, requested: contentKey } },
    );
  }
  const manifestSha256 = sha256Hex(manifestBytes);
  const heldOutCount = countValidationImages(manifest.train.labelCounts, config).reduce((a, b) => a + b, 0);
  const classes = manifest.classNames.length;
  const labels = completeLabels(manifest, classes);
  return {
    runId,
    dataset,
    config,
    classes,
    createdAt,
    training,
    epochs,
    manifest,
    manifestSha256,
    heldOutCount,
    labels,
  };
}
