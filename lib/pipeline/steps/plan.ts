import { type DatasetPlan, datasetManifestSchema, datasetPlanSchema } from '../../contracts/dataset';
import { objectKeys } from '../../contracts/object-keys';
import type { RunConfig } from '../../contracts/run-config';
import { computeContentKey, preprocessingVersion } from '../../dataset/content-key';
import { countHeldOut, countLabels } from '../../dataset/held-out-counts';
import {
  copyFiles,
  findMissingFiles,
  readSourceDataset,
  type SourceDataset,
} from '../../dataset/import-dataset';
import { describeRawDataset, type RawFileRole } from '../../dataset/raw-dataset';
import { planShards } from '../../dataset/shards';
import { getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import type { StepContext } from '../step-context';

/** The work that the dataset of a run needs; nothing of it is done yet. */
export interface PlannedDataset {
  readonly plan: DatasetPlan;
  /** `true`: a manifest for exactly these bytes exists, and no shard has to be made. */
  readonly isPrepared: boolean;
  /** A message for users: why the shards are, or are not, made again. */
  readonly reason: string;
  readonly source: SourceDataset;
  readonly missingFiles: readonly RawFileRole[];
}

/**
 * Reads and checks a dataset, and plans its shards. Nothing is written. The plan depends only on the raw files, so
 * planning again gives the same plan.
 *
 * @throws PermanentError InvalidDataset for a dataset that cannot be used; InvalidInput for one with too few images to hold
 *   out some of each label; CorruptArtifact for an altered raw file or manifest in the store.
 */
export async function planPreprocessing(
  {
    dataset: name,
    classes,
    validationFraction,
  }: Pick<RunConfig, 'dataset' | 'classes' | 'validationFraction'>,
  { store, notify }: StepContext,
): Promise<PlannedDataset> {
  notify({ type: 'step-started', step: 'plan', message: `Checking the dataset ${name}` });
  const source = await readSourceDataset(name, classes);
  if (validationFraction > 0) countHeldOut(countLabels(source.files.trainLabels.data), validationFraction);
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
  const missingFiles = await findMissingFiles(source, store);
  return { plan, ...(await comparePrepared(store, plan)), source, missingFiles };
}

/** Copies the raw files that the store does not have, and writes plan.json if there are shards to make. */
export async function storePlan(
  { plan, isPrepared, source, missingFiles }: PlannedDataset,
  { store, notify }: StepContext,
): Promise<void> {
  await copyFiles(source, missingFiles, {
    store,
    note: (message) => notify({ type: 'note', message }),
  });
  if (isPrepared) return;
  await putJson(store, objectKeys.plan(plan.dataset, plan.contentKey), datasetPlanSchema, plan);
}

/** Checks only sizes and recorded checksums, because every reader of a shard verifies its bytes. */
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
  const reason = `The dataset "${dataset}" is already prepared from the same four files (content ${contentKey}): its ${shardCount} shards are reused.`;
  return { isPrepared: true, reason };
}
