import { version as pipelineVersion } from '../../../package.json';
import { isAugmented } from '../../augmentation/augmentation-settings';
import { printableNames } from '../../contracts/class-names';
import { objectKeys } from '../../contracts/object-keys';
import { metricsSchema, type Phase, type Prediction, predictionsSchema } from '../../contracts/results';
import type { Calibration } from '../../evaluation/calibration';
import type { MetricValues } from '../../evaluation/metrics';
import { encodeTestPredictions, type PredictionColumns } from '../../evaluation/test-predictions';
import { renderModelCard } from '../../model/model-card';
import type { LayerSummary } from '../../model/summarize-layers';
import { readAugmentedExamples } from '../../report/augmented-examples';
import { readEarlierRuns } from '../../report/earlier-runs';
import { listFilesBesideReport } from '../../report/files-beside-report';
import type { ReportData } from '../../report/report-data';
import { renderReportPage } from '../../report/report-page';
import { putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import type { TrainedRun } from '../trained-run';

/** The network, as the evaluation has loaded it. */
export interface EvaluatedModel {
  readonly layers: readonly LayerSummary[];
  /** Of one image, without the batch. */
  readonly inputShape: readonly number[];
  /** The model takes drawings in the middle of their images. */
  readonly isCentered: boolean;
}

export interface Outcome {
  readonly metrics: MetricValues;
  readonly predictions: readonly Prediction[];
  readonly isAccepted: boolean;
  readonly phases: Phase[];
  readonly costUsd: number | null;
  /** ISO 8601. */
  readonly finishedAt: string;
}

/** predictions.json, metrics.json and test-predictions.json. */
export async function writeMetrics(
  store: ObjectStore,
  { runId, config, manifest, labels: { classNames } }: TrainedRun,
  metrics: MetricValues,
  predictions: Prediction[],
  testPredictions: PredictionColumns,
): Promise<void> {
  const evaluatedOn = config.evaluateOn === 'validation' ? { evaluatedOn: config.evaluateOn } : {};
  await putJson(store, objectKeys.predictions(runId), predictionsSchema, {
    schemaVersion: 1,
    runId,
    ...evaluatedOn,
    classNames: [...classNames],
    predictions,
  });
  await putJson(store, objectKeys.metrics(runId), metricsSchema, {
    schemaVersion: 1,
    runId,
    ...evaluatedOn,
    ...metrics,
    classes: metrics.classes.map(({ label, ...values }) => ({ label, name: classNames[label], ...values })),
  });
  const columns = encodeTestPredictions(runId, manifest.contentKey, {
    ...evaluatedOn,
    classNames: [...classNames],
    ...testPredictions,
  });
  await store.put(objectKeys.testPredictions(runId), columns);
}

export async function writeModelCard(
  store: ObjectStore,
  { runId, training, ...run }: TrainedRun,
  metrics: MetricValues,
  { expectedCalibrationError: calibrationError }: Calibration,
  model: EvaluatedModel,
): Promise<void> {
  const card = renderModelCard({
    ...run,
    ...training,
    runId,
    metrics,
    calibrationError,
    ...model,
    pipelineVersion,
  });
  await store.put(objectKeys.modelCard(runId), new TextEncoder().encode(card));
}

export async function writeReport(
  store: ObjectStore,
  { runId, config, training, epochs, manifest, manifestSha256, heldOutCount, labels }: TrainedRun,
  shown: Outcome &
    EvaluatedModel &
    Pick<ReportData, 'testPredictions' | 'probabilitiesOf' | 'imageOf' | 'meanImages'>,
): Promise<void> {
  const page = renderReportPage({
    ...shown,
    runId,
    config,
    classNames: printableNames(labels.classNames),
    epochs,
    modelEpoch: training.epoch,
    heldOutCount,
    labelCounts: { train: manifest.train.labelCounts, test: manifest.test.labelCounts },
    environment: training.environment,
    parameterCount: training.parameterCount,
    contentKey: manifest.contentKey,
    manifestSha256,
    weightsSha256: training.weightsSha256,
    pipelineVersion,
    sourceCommit: training.sourceCommit,
    peakMemoryBytes: training.peakMemoryBytes,
    earlierRuns: await readEarlierRuns(store, {
      runId,
      config,
      dataset: { contentKey: manifest.contentKey },
    }),
    augmentedExamples: isAugmented(config)
      ? readAugmentedExamples(await store.get(objectKeys.augmentedExamples(runId)), manifest.imageShape)
      : undefined,
    files: await listFilesBesideReport(store, runId),
  });
  // The report contains the time, so a concurrent evaluation must not replace one whose checksum is in run.json.
  await store.putIfAbsent(objectKeys.report(runId), new TextEncoder().encode(page));
}
