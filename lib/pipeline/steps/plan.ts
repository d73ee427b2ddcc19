import {
  type DatasetManifest,
  type DatasetPlan,
  datasetManifestSchema,
  datasetPlanSchema,
} from '../../contracts/dataset';
import type { DatasetSettings } from '../../contracts/dataset-settings';
import { objectKeys } from '../../contracts/object-keys';
import { computeContentKey, preprocessingVersion } from '../../dataset/content-key';
import { decidePreparation } from '../../dataset/decide-preparation';
import { type OpenedDataset, openDataset } from '../../dataset/open-dataset';
import { storePartNames } from '../../dataset/part-names';
import { type PlannedParts, planParts } from '../../dataset/plan-parts';
import { copyFiles, findMissingFiles } from '../../dataset/raw-files';
import { countLabelsOfSplit } from '../../dataset/rows/count-labels';
import { remarkOnImages } from '../../dataset/rows/remark-on-images';
import { encodeRowsTable } from '../../dataset/rows-table';
import { getJsonIfPresent, putJson } from '../../store/json-objects';
import { canRemove, type ObjectStore } from '../../store/object-store';
import { sha256Hex } from '../../store/sha256';
import type { StepContext } from '../step-context';

/** The work that the dataset of a run needs; nothing of it is done yet. */
export interface PlannedDataset {
  readonly plan: DatasetPlan;
  /** `true`: a manifest for exactly this source exists, and no shard has to be made. */
  readonly isPrepared: boolean;
  /** A message for users: why the shards are, or are not, made again. */
  readonly reason: string;
  readonly opened: OpenedDataset;
  readonly missingFiles: readonly string[];
  /** See `encodeRowsTable`. */
  readonly table: Uint8Array;
  readonly names: PlannedParts['names'];
  /** Of the training images, before duplicates are dropped. */
  readonly trainLabelCounts: readonly number[];
}

/**
 * Reads headers, listings, labels and a sample of the images, and plans the parts that become shards. Nothing is written.
 * The plan depends only on source and settings, so planning again gives the same plan.
 *
 * @throws PermanentError InvalidDataset for a dataset that cannot be used; CorruptArtifact for an altered raw file or
 *   manifest in the store.
 */
export async function planPreprocessing(
  settings: DatasetSettings,
  { store, notify }: StepContext,
): Promise<PlannedDataset> {
  const { dataset: location, skipUnreadable, dropDuplicates, imagesColumn, labelsColumn } = settings;
  notify({ type: 'step-started', step: 'plan', message: `Checking the dataset ${location}` });
  const opened = await openDataset(settings);
  const { name: dataset, source } = opened;
  const preparation = await decidePreparation(opened, settings);
  const { conversion, classNames, classes, splits } = preparation;
  for (const message of preparation.remarks) notify({ type: 'note', message });

  const table = encodeRowsTable(classes, splits);
  const facts = { conversion, classNames: [...classNames], dropDuplicates, skipUnreadable };
  const contentKey = computeContentKey({
    ...facts,
    fingerprint: source.fingerprint,
    rowsSha256: sha256Hex(table),
    columns: [imagesColumn, labelsColumn],
  });
  const { names, ...parts } = planParts(opened, preparation, { dataset, contentKey, table });
  const plan: DatasetPlan = {
    schemaVersion: 2,
    ...{ dataset, contentKey, preprocessingVersion },
    source: { kind: source.kind, description: source.description, location },
    ...facts,
    ...parts,
  };
  const trainLabelCounts = countLabelsOfSplit(classes, splits, 0, classNames.length);
  const missingFiles = await findMissingFiles(dataset, opened.rawFiles, store);
  const { manifest, ...prepared } = await comparePrepared(store, plan);
  if (prepared.isPrepared && manifest !== undefined)
    for (const message of remarkOnImages({ ...manifest, dropDuplicates })) notify({ type: 'note', message });
  return { plan, ...prepared, opened, missingFiles, table, names, trainLabelCounts };
}

/** Copies the raw files that the store does not have, and writes what the workers need; plan.json last. */
export async function storePlan(planned: PlannedDataset, { store, notify }: StepContext): Promise<void> {
  const { plan, isPrepared, opened, missingFiles } = planned;
  const { dataset } = plan;
  const isCopied = await copyFiles(dataset, opened.rawFiles, missingFiles, store);
  if (isCopied || !(isPrepared || opened.rawFiles.size > 0))
    notify({ type: 'note', message: describeSource(plan, isCopied) });
  if (!isPrepared) await putPlan(planned, store);
}

/** Stores again what another process removed, which was refused for the same dataset (see `takeBackStart`). */
export async function restorePlan(planned: PlannedDataset, { store }: StepContext): Promise<void> {
  if (!canRemove(store)) return;
  const { dataset, contentKey } = planned.plan;
  const keys = [
    objectKeys.plan(dataset, contentKey),
    objectKeys.rowsTable(dataset, contentKey),
    ...Array.from(planned.names, ([index]) => objectKeys.partNames(dataset, contentKey, index)),
  ];
  const found = await Promise.all(keys.map((key) => store.head(key)));
  if (found.includes(undefined)) await putPlan(planned, store);
}

async function putPlan({ plan, table, names }: PlannedDataset, store: ObjectStore): Promise<void> {
  const { dataset, contentKey } = plan;
  await store.put(objectKeys.rowsTable(dataset, contentKey), table);
  for (const [index, partNames] of names)
    await storePartNames(store, { dataset, contentKey, index }, partNames);
  await putJson(store, objectKeys.plan(dataset, contentKey), datasetPlanSchema, plan);
}

function describeSource({ source, dataset, rowCounts }: DatasetPlan, isCopied: boolean): string {
  const counts = `${rowCounts.train.toLocaleString('en')} training and ${rowCounts.test.toLocaleString('en')} test images`;
  return isCopied
    ? `Imported ${counts} from ${source.location} as dataset "${dataset}"`
    : `${source.location} has ${source.description}: ${counts}, named "${dataset}" here`;
}

/**
 * Whether the store has the shards of a plan. Checks only sizes and recorded checksums, because every reader of a shard
 * verifies its bytes.
 */
export async function comparePrepared(
  store: ObjectStore,
  { dataset, contentKey, shardCount, source }: DatasetPlan,
): Promise<{ isPrepared: boolean; reason: string; manifest: DatasetManifest | undefined }> {
  const manifestKey = objectKeys.manifest(dataset, contentKey);
  const manifest = await getJsonIfPresent(store, manifestKey, datasetManifestSchema);
  if (manifest === undefined) {
    const reason = `The dataset "${dataset}" has not been prepared yet (there is no ${manifestKey}): its ${shardCount} shards are made now.`;
    return { isPrepared: false, reason, manifest };
  }
  for (const { key, bytes, sha256 } of [...manifest.train.shards, ...manifest.test.shards]) {
    const found = await store.head(key);
    const isAltered = found !== undefined && (found.bytes !== bytes || (found.sha256 ?? sha256) !== sha256);
    if (found !== undefined && !isAltered) continue;
    const what = isAltered ? 'was altered' : 'is missing';
    const reason = `The dataset "${dataset}" was prepared, but its shard ${key} ${what}: all ${shardCount} shards are made again.`;
    return { isPrepared: false, reason, manifest };
  }
  const reason = `The dataset "${dataset}" is already prepared from the same ${source.description} (content ${contentKey}): its ${shardCount} shards are reused.`;
  return { isPrepared: true, reason, manifest };
}
