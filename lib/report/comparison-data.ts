import { indexNames, printableNames } from '../contracts/class-names';
import { datasetManifestSchema } from '../contracts/dataset';
import { absentAsUndefined, PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type Epoch, historySchema, type RunRecord, runRecordSchema } from '../contracts/results';
import { testPredictionsSchema } from '../contracts/test-predictions';
import { nameMeasuredImages } from '../contracts/validation-data';
import { loadSplit } from '../dataset/load-split';
import type { PredictionColumns } from '../evaluation/test-predictions';
import { getJson, getJsonIfPresent } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';
import { type ByteImage, pickImage } from './byte-image';

export interface ComparedRun {
  readonly runId: string;
  readonly record: RunRecord;
  readonly epochs: readonly Epoch[];
  /** Printable. */
  readonly classNames: readonly string[];
  /** Absent in runs of earlier versions, which did not write it. */
  readonly testPredictions?: PredictionColumns;
}

/** Whether answers and accuracies of the runs can be compared image by image. */
export const isSameTestSet = (runs: readonly Pick<ComparedRun, 'record'>[]) =>
  runs.every(({ record }) => areMeasuredAlike(record, runs[0]!.record));

/** Whether two runs were measured on the same images: of the same dataset, with the same validation data if on that. */
export const areMeasuredAlike = (a: MeasuredRun, b: MeasuredRun) =>
  a.dataset.contentKey === b.dataset.contentKey &&
  nameMeasuredImages(a.config) === nameMeasuredImages(b.config);

export interface MeasuredRun extends Pick<RunRecord, 'config'> {
  readonly dataset: Pick<RunRecord['dataset'], 'contentKey'>;
}

export interface ComparisonData {
  /** In the requested order. */
  readonly runs: readonly ComparedRun[];
  /** The test image in row `index`. Absent if the runs have other or different images, or the store no longer has them. */
  readonly imageOf?: (index: number) => ByteImage;
  /** Path of a run's report, relative to the page. Absent if the page cannot link to it. */
  readonly reportPathOf?: (runId: string) => string;
}

/** The table and the scatter plot show all of them; learning curves are drawn for the first few. */
export const maxComparedRuns = 30;

/**
 * Reads two to thirty finished runs of a store.
 *
 * @throws PermanentError InvalidInput for too few, too many or repeated ids; ArtifactNotFound for a run that is
 *   missing or not finished; CorruptArtifact.
 */
export async function readComparison(store: ObjectStore, runIds: readonly string[]): Promise<ComparisonData> {
  assertComparable(runIds);
  const runs: ComparedRun[] = [];
  for (const runId of runIds) runs.push(await readComparedRun(store, runId));
  const [first] = runs;
  // A fetched run has no dataset in this store, so it is compared without images.
  const imageOf =
    isSameTestSet(runs) && first!.record.config.evaluateOn === 'test'
      ? await absentAsUndefined(readTestImages(store, first!.record))
      : undefined;
  return imageOf === undefined ? { runs } : { runs, imageOf };
}

function assertComparable(runIds: readonly string[]): void {
  const problem =
    runIds.length < 2 || runIds.length > maxComparedRuns
      ? `${runIds.length} run ${runIds.length === 1 ? 'id was' : 'ids were'} given, and 2 to ${maxComparedRuns} can be compared`
      : new Set(runIds).size < runIds.length
        ? `a run id was given twice (received ${runIds.join(', ')})`
        : undefined;
  if (problem === undefined) return;
  throw new PermanentError(
    'InvalidInput',
    `The runs cannot be compared: ${problem}. Name each run once, as in "mnist-pipeline compare monday friday".`,
    { evidence: { count: runIds.length } },
  );
}

async function readComparedRun(store: ObjectStore, runId: string): Promise<ComparedRun> {
  const record = await getJsonIfPresent(store, objectKeys.runRecord(runId), runRecordSchema);
  if (record === undefined) {
    throw new PermanentError(
      'ArtifactNotFound',
      `There is no finished run ${JSON.stringify(runId)} in ${store.location}. "mnist-pipeline runs --store ${store.location}" lists the runs of this store.`,
      { evidence: { runId } },
    );
  }
  const { epochs } = await getJson(store, objectKeys.history(runId), historySchema);
  const key = objectKeys.testPredictions(runId);
  const testPredictions = await getJsonIfPresent(store, key, testPredictionsSchema);
  // Where test predictions have no names, the configuration is old enough to have the number of classes.
  const names = testPredictions?.classNames ?? indexNames(record.config.classes ?? 0);
  return {
    runId,
    record,
    epochs,
    classNames: printableNames(names),
    ...(testPredictions && { testPredictions }),
  };
}

async function readTestImages(
  store: ObjectStore,
  { dataset }: RunRecord,
): Promise<(index: number) => ByteImage> {
  const key = objectKeys.manifest(dataset.name, dataset.contentKey);
  const manifest = await getJson(store, key, datasetManifestSchema);
  const testImages = await loadSplit(store, manifest, 'test');
  return (index) => pickImage(testImages, index);
}
