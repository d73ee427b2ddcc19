import { type DatasetPlan, datasetManifestSchema, datasetPlanSchema } from '../../contracts/dataset';
import { objectKeys } from '../../contracts/object-keys';
import type { PlanInput, PlanOutput } from '../../contracts/steps';
import { computeContentKey, preprocessingVersion } from '../../dataset/content-key';
import { copyFiles, findMissingFiles, readSourceDataset } from '../../dataset/import-dataset';
import { describeRawDataset } from '../../dataset/raw-dataset';
import { planShards } from '../../dataset/shards';
import { getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { assertStartable, reserveRun } from '../start-run';
import type { StepContext } from '../step-context';

/** Of the run's dataset, before anything is written. */
export type FoundDataset = Pick<DatasetPlan, 'contentKey' | 'imageShape'>;

/**
 * Starts a run: checks everything that can refuse it, takes the run id, imports the dataset, and says whether its
 * shards are there already; if not, plan.json says which to make. A start that is refused leaves nothing behind, so
 * that the same run id is free for what the refusal advises. The plan depends on the raw files alone, so that planning
 * again never changes it.
 *
 * @param assertTrainable - what else may refuse the run.
 * @throws PermanentError InvalidInput or RunExists as `reserveRun` does; InvalidDataset for a dataset that cannot be
 *   used; CorruptArtifact for an altered raw file or manifest.
 */
export async function planPreprocessing(
  input: PlanInput,
  context: StepContext,
  assertTrainable: (found: FoundDataset) => Promise<void> = async () => {},
): Promise<PlanOutput> {
  const { runId, config } = input;
  const { store, notify } = context;
  notify({
    type: 'step-started',
    step: 'preprocess/plan',
    message: `Checking the dataset ${config.dataset}`,
  });
  await assertStartable(input, store);
  const source = await readSourceDataset(config.dataset, config.classes);
  for (const message of source.remarks) notify({ type: 'note', message });
  const { name: dataset } = source;
  const raw = describeRawDataset(dataset, source.files);
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
  const missing = await findMissingFiles(source, store);
  const { isPrepared, reason } = await comparePrepared(store, plan);
  await assertTrainable(plan);

  // From here on the run exists: nothing above has written anything.
  await reserveRun(input, context);
  await copyFiles(source, missing, context);
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
