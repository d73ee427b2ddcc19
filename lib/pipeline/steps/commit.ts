import {
  type DatasetManifest,
  type DatasetPlan,
  datasetManifestSchema,
  datasetPlanSchema,
  type ShardPlan,
  type Split,
} from '../../contracts/dataset';
import { PermanentError } from '../../contracts/errors';
import { valuesPerImage } from '../../contracts/image-shape';
import { objectKeys } from '../../contracts/object-keys';
import { decodeText, parseJson } from '../../contracts/parse';
import type { CommitInput } from '../../contracts/steps';
import { PixelStatistics } from '../../dataset/pixel-statistics';
import { areNormalized } from '../../dataset/pixels';
import { RawFileReader } from '../../dataset/raw-file-reader';
import { decodeShard } from '../../dataset/shards';
import { encodePng } from '../../report/byte-image';
import { encodeJson, getJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { sha256Hex } from '../../store/sha256';
import type { StepContext } from '../step-context';
import { stopIfInterrupted } from './stop-if-interrupted';

/**
 * Checks every shard of the plan against the raw files, and then writes the manifest, without which the dataset does not
 * count as prepared. Committing again gives the same manifest, except for the checksums of shards that were made again.
 *
 * @throws PermanentError ArtifactNotFound for a missing plan or shard, CorruptArtifact for a shard that differs from its
 *   rows of the raw files; TransientError Interrupted.
 */
export async function commitPreprocessing(
  { dataset, contentKey }: CommitInput,
  context: StepContext,
): Promise<DatasetManifest> {
  const { store, notify } = context;
  const plan = await getJson(store, objectKeys.plan(dataset, contentKey), datasetPlanSchema);
  notify({
    type: 'step-started',
    step: 'commit',
    message: `Checking the ${plan.shards.length} shards`,
  });
  const train = await checkSplit(plan, 'train', context);
  const test = await checkSplit(plan, 'test', context);
  const highestLabel = Math.max(train.statistics.highestLabel, test.statistics.highestLabel);
  const { schemaVersion, preprocessingVersion, imageShape, sourceFiles } = plan;
  const manifest: DatasetManifest = {
    schemaVersion,
    dataset,
    contentKey,
    preprocessingVersion,
    imageShape,
    dtype: 'float32',
    sourceFiles,
    train: summarize(train, highestLabel),
    test: summarize(test, highestLabel),
    firstTrainingImage: await writeFirstTrainingImage(store, plan, train.firstImage),
  };
  await publishManifest(store, manifest);
  return manifest;
}

interface FirstImage {
  /** Of the shape of the dataset's images, 0 … 255. */
  readonly pixels: Uint8Array;
  readonly label: number;
}

interface CheckedSplit {
  readonly shards: DatasetManifest[Split]['shards'];
  readonly statistics: PixelStatistics;
  readonly firstImage: FirstImage;
}

interface RawSplitReader {
  readonly images: RawFileReader;
  readonly labels: RawFileReader;
}

async function checkSplit(
  { shards: plannedShards, sourceFiles }: DatasetPlan,
  split: Split,
  { store, signal }: StepContext,
): Promise<CheckedSplit> {
  const raw: RawSplitReader = {
    images: new RawFileReader(store, sourceFiles[`${split}Images`]),
    labels: new RawFileReader(store, sourceFiles[`${split}Labels`]),
  };
  const statistics = new PixelStatistics();
  const shards: CheckedSplit['shards'] = [];
  let firstImage: FirstImage | undefined;
  for (const shard of plannedShards.filter((planned) => planned.split === split)) {
    stopIfInterrupted(signal);
    const checked = await checkShard(store, shard, raw, statistics);
    shards.push(checked.summary);
    firstImage ??= checked.firstImage;
  }
  raw.images.finish();
  raw.labels.finish();
  return { shards, statistics, firstImage: firstImage! };
}

/** Compares row count, shape and every value with the raw rows, and adds these rows to the statistics. */
async function checkShard(
  store: ObjectStore,
  plan: ShardPlan,
  raw: RawSplitReader,
  statistics: PixelStatistics,
) {
  const { shardKey: key, rowCount, imageShape, firstRow } = plan;
  if ((await store.head(key)) === undefined) {
    throw new PermanentError(
      'ArtifactNotFound',
      `The planned shard ${key} is not in ${store.location}: the step "shard" did not finish for it. Run again; the shards are made first.`,
      { evidence: { key } },
    );
  }
  const bytes = await store.get(key);
  const shard = await decodeShard(bytes, { key, rowCount, imageShape });
  const imagePixels = valuesPerImage(imageShape);
  const pixels = await raw.images.read(plan.imagesOffset + firstRow * imagePixels, rowCount * imagePixels);
  const labels = await raw.labels.read(plan.labelsOffset + firstRow, rowCount);
  if (!areNormalized(shard.images, pixels) || Buffer.compare(shard.labels, labels) !== 0) {
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${store.location} differs from its rows of ${plan.imagesKey} and ${plan.labelsKey}. Delete it, and run again to make it again.`,
      { evidence: { key, firstRow, rowCount } },
    );
  }
  statistics.add(pixels, labels);
  return {
    summary: { key, rowCount, sha256: sha256Hex(bytes), bytes: bytes.byteLength },
    firstImage: { pixels: pixels.slice(0, imagePixels), label: labels[0]! },
  };
}

function summarize({ shards, statistics }: CheckedSplit, highestLabel: number): DatasetManifest[Split] {
  return {
    rowCount: shards.reduce((sum, { rowCount }) => sum + rowCount, 0),
    labelCounts: statistics.labelCounts(highestLabel),
    pixelMean: statistics.pixelMean,
    pixelStandardDeviation: statistics.pixelStandardDeviation,
    shards,
  };
}

/** A PNG, to look at the pixels. */
async function writeFirstTrainingImage(
  store: ObjectStore,
  { dataset, contentKey, imageShape }: DatasetPlan,
  { pixels, label }: FirstImage,
): Promise<DatasetManifest['firstTrainingImage']> {
  const key = objectKeys.firstTrainingImage(dataset, contentKey, label);
  await store.put(key, encodePng({ pixels, shape: imageShape }));
  return { key, label };
}

/**
 * Another version of Node.js may compress the same shards to different bytes. If shards were made again, an existing
 * manifest has their old checksums, and is replaced. The rest of a manifest depends only on the raw files.
 */
async function publishManifest(store: ObjectStore, manifest: DatasetManifest): Promise<void> {
  const key = objectKeys.manifest(manifest.dataset, manifest.contentKey);
  const body = encodeJson(datasetManifestSchema.parse(manifest));
  if (await store.putIfAbsent(key, body)) return;
  const bytes = await store.get(key);
  if (Buffer.from(bytes).equals(body)) return;
  const earlier = datasetManifestSchema.safeParse(parseJson(decodeText(bytes))).data;
  if (earlier !== undefined && haveEqualContent(earlier, manifest)) {
    if (await store.putIfUnchanged(key, body, sha256Hex(bytes))) return;
    return publishManifest(store, manifest);
  }
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} does not match its shards: it was altered. Delete it and run again.`,
    { evidence: { key } },
  );
}

function haveEqualContent(...manifests: readonly [DatasetManifest, DatasetManifest]): boolean {
  const withoutBytes = ({ shards, ...split }: DatasetManifest[Split]) => ({
    ...split,
    shards: shards.map(({ key, rowCount }) => ({ key, rowCount })),
  });
  const [left, right] = manifests.map((manifest) => {
    const { train, test, ...rest } = datasetManifestSchema.parse(manifest);
    return JSON.stringify({ ...rest, train: withoutBytes(train), test: withoutBytes(test) });
  });
  return left === right;
}
