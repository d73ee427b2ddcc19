import { encode } from 'fast-png';
import {
  type DatasetManifest,
  type DatasetPlan,
  datasetManifestSchema,
  datasetPlanSchema,
  type Split,
} from '../../contracts/dataset';
import { PermanentError } from '../../contracts/errors';
import { channelsOf, valuesPerImage } from '../../contracts/image-shape';
import { objectKeys } from '../../contracts/object-keys';
import { decodeText, parseJson } from '../../contracts/parse';
import type { CommitInput } from '../../contracts/steps';
import {
  addUpSplit,
  collectProblems,
  dropDuplicates,
  findLeakage,
  listUnreadable,
} from '../../dataset/add-up-parts';
import { quantizePixels } from '../../dataset/pixels';
import { assertShards, type FinishedPart, readPartResults } from '../../dataset/read-part-results';
import { refuseDataset } from '../../dataset/refuse-dataset';
import { remarkOnImages } from '../../dataset/rows/remark-on-images';
import { decodeShard } from '../../dataset/shards';
import { encodeJson, getJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { sha256Hex } from '../../store/sha256';
import type { StepContext } from '../step-context';
import { stopIfInterrupted } from './stop-if-interrupted';

/**
 * Adds up what the workers found, and writes the manifest, without which the dataset does not count as prepared.
 * Committing again gives the same manifest, except for the checksums of shards that were made again.
 *
 * @throws PermanentError InvalidDataset with all problems that the workers found; ArtifactNotFound for a missing plan,
 *   result or shard, CorruptArtifact for a shard that its worker did not write; TransientError Interrupted.
 */
export async function commitPreprocessing(
  { dataset, contentKey }: CommitInput,
  { store, notify, signal }: StepContext,
): Promise<DatasetManifest> {
  const plan = await getJson(store, objectKeys.plan(dataset, contentKey), datasetPlanSchema);
  notify({ type: 'step-started', step: 'commit', message: `Checking the ${plan.shardCount} shards` });
  const stop = () => stopIfInterrupted(signal);
  const finished = await readPartResults(store, plan.parts, stop);
  const { problems, count } = collectProblems(plan, finished);
  if (count > 0) throw refuseDataset(plan.source.location, problems, count);
  await assertShards(store, finished, stop);
  const leakage = await findLeakage(store, finished);
  const train = addUpSplit(finished, 'train', plan.classNames.length);
  if (plan.dropDuplicates && leakage.duplicates.count === train.rowCount)
    throw refuseDataset(plan.source.location, [describeNothingLeft(train.rowCount)]);
  const manifest: DatasetManifest = {
    schemaVersion: 2,
    ...{ dataset, contentKey, preprocessingVersion: plan.preprocessingVersion },
    source: plan.source,
    classNames: plan.classNames,
    imageShape: plan.conversion.imageShape,
    white: plan.conversion.white,
    ...(plan.conversion.black !== 0 && { black: plan.conversion.black }),
    dtype: 'float32',
    train: plan.dropDuplicates ? dropDuplicates(train, finished, leakage) : train,
    test: addUpSplit(finished, 'test', plan.classNames.length),
    firstTrainingImage: await writeFirstTrainingImage(store, plan, finished),
    duplicates: leakage.summary,
    unreadable: listUnreadable(finished),
  };
  await publishManifest(store, manifest);
  const constant = finished.map(({ result }) => result.constant);
  for (const message of remarkOnImages({ ...manifest, dropDuplicates: plan.dropDuplicates, constant }))
    notify({ type: 'note', message });
  return manifest;
}

function describeNothingLeft(count: number): string {
  return `--drop-duplicates leaves no training image: all ${count.toLocaleString('en')} are also in the test part, value for value. Give a test part of other images, or leave out --drop-duplicates.`;
}

/** An 8-bit PNG, to look at the pixels. */
async function writeFirstTrainingImage(
  store: ObjectStore,
  { dataset, contentKey, conversion: { imageShape } }: DatasetPlan,
  finished: readonly FinishedPart[],
): Promise<DatasetManifest['firstTrainingImage']> {
  const shards = finished.flatMap(({ result }) => result.shards);
  const { key: shardKey, rowCount } = shards.find(({ split }) => split === 'train')!;
  const { images, labels } = await decodeShard(await store.get(shardKey), {
    ...{ key: shardKey, rowCount, imageShape },
  });
  const values = valuesPerImage(imageShape);
  const data = new Uint8Array(values);
  quantizePixels(images.subarray(0, values), data, shardKey);
  const label = labels[0]!;
  const key = objectKeys.firstTrainingImage(dataset, contentKey, label);
  const [height, width] = imageShape;
  await store.put(key, encode({ width, height, data, channels: channelsOf(imageShape), depth: 8 }));
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
    shards: shards.map(({ key, rowCount, without }) => ({ key, rowCount, without })),
  });
  const [left, right] = manifests.map((manifest) => {
    const { train, test, source, ...rest } = datasetManifestSchema.parse(manifest);
    // A copy of the source elsewhere is the same source.
    const { location: _, ...sameSource } = source;
    return JSON.stringify({
      ...rest,
      source: sameSource,
      train: withoutBytes(train),
      test: withoutBytes(test),
    });
  });
  return left === right;
}
