import { type DatasetPlan, datasetManifestSchema, datasetPlanSchema } from '../../contracts/dataset';
import { objectKeys } from '../../contracts/object-keys';
import type { PlanInput, PlanOutput } from '../../contracts/steps';
import { computeContentKey, preprocessingVersion } from '../../dataset/content-key';
import { importDataset } from '../../dataset/import-dataset';
import { readRawDataset } from '../../dataset/raw-dataset';
import { planShards } from '../../dataset/shards';
import { getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import type { StepContext } from '../step-context';

/**
 * Imports the run's dataset, and says whether its shards are there already; if not, plan.json says which to make.
 * The plan depends on the raw files alone, so that planning again never changes it.
 *
 * @throws PermanentError InvalidDataset for a dataset that cannot be used, before anything is written;
 *   CorruptArtifact for an altered raw file or manifest.
 */
export async function planPreprocessing(
  { runId, config }: PlanInput,
  context: StepContext,
): Promise<PlanOutput> {
  const { store, notify } = context;
  notify({
    type: 'step-started',
    step: 'preprocess/plan',
    message: `Checking the dataset ${config.dataset}`,
  });
  const dataset = await importDataset(config.dataset, context, config.classes);
  const raw = await readRawDataset(store, dataset);
  const contentKey = computeContentKey(raw.sourceFiles);
  const plan: DatasetPlan = {
    schemaVersion: 1,
    dataset,
    contentKey,
    preprocessingVersion,
    imageShape: raw.imageShape,
    sourceFiles: raw.sourceFiles,
    shards: planShards(raw, contentKey),
  };
  const { isPrepared, reason } = await comparePrepared(store, plan);
  if (!isPrepared) await putJson(store, objectKeys.plan(dataset, contentKey), datasetPlanSchema, plan);
  return { runId, dataset, contentKey, isPrepared, reason, shardCount: plan.shards.length };
}

/** Looks at sizes and recorded checksums only; every reader of a shard verifies its bytes. */
async function comparePrepared(
  store: ObjectStore,
  { dataset, contentKey, shards: plannedShards }: DatasetPlan,
): Promise<{ isPrepared: boolean; reason: string }> {
  const manifestKey = objectKeys.manifest(dataset, contentKey);
  const shardCount = plannedShards.length;
  const manifest = await getJsonIfPresent(store, manifestKey, datasetManifestSchema);
  if (manifest === undefined) {
    const reason = `The dataset "${dataset}" has not been prepared yet (there is no ${manifestKey}): its ${shardCount} shards are made now.`;
    return { isPrepared: false, reason };
  }
  for (const { key, bytes, sha256 } of [...manifest.train.shards, ...manifest.test.shards]) {
    const found = await store.head(key);
    const isAltered = found !== undefined && (found.bytes !== bytes || (found.sha256 ?? sha256) !== sha256);
    if (found !== undefined && !isAltered) continue;
    const what = isAltered ? 'was altered' : 'is missing';
    const reason = `The dataset "${dataset}" was prepared, but its shard ${key} ${what}: all ${shardCount} shards are made again.`;
    return { isPrepared: false, reason };
  }
  const reason = `The dataset "${dataset}" is prepared already from the same four files (content ${contentKey}): its ${shardCount} shards are used again.`;
  return { isPrepared: true, reason };
}
