import type { LayersModel } from '@tensorflow/tfjs-layers';
import { version as pipelineVersion } from '../../../package.json';
import { datasetManifestSchema } from '../../contracts/dataset';
import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import {
  historySchema,
  metricsSchema,
  type Phase,
  type Prediction,
  predictionsSchema,
  type RunRecord,
  trainingRecordSchema,
} from '../../contracts/results';
import { storedRunConfigSchema } from '../../contracts/run-config';
import type { EvaluateInput, EvaluateOutput } from '../../contracts/steps';
import { type LabeledImages, loadSplit } from '../../dataset/load-split';
import { type Calibration, measureCalibration } from '../../evaluation/calibration';
import { computeMetrics, firstPredictions, type MetricValues } from '../../evaluation/metrics';
import { predictAll } from '../../evaluation/predict-all';
import { columnsOf, encodeTestPredictions, type PredictionColumns } from '../../evaluation/test-predictions';
import { renderModelCard } from '../../model/model-card';
import { loadModel } from '../../model/model-files';
import { type LayerSummary, summarizeLayers } from '../../model/summarize-layers';
import { pickImage } from '../../report/byte-image';
import { readEarlierRuns } from '../../report/earlier-runs';
import { listFilesBesideReport } from '../../report/files-beside-report';
import { drawConfusionMatrix } from '../../report/plots/confusion-matrix';
import { drawAccuracy, drawLoss } from '../../report/plots/curves';
import { drawFirstTen } from '../../report/plots/first-ten';
import { type Plot, toStandaloneSvg } from '../../report/plots/plot';
import { rasterize } from '../../report/rasterize';
import { renderReportPage } from '../../report/report-page';
import { getJson, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { sha256Hex } from '../../store/sha256';
import { useWasmBackend } from '../../tensorflow/wasm-backend';
import { estimateCostUsd } from '../cost';
import { publishRun, readPublishedRun } from '../publish-run';
import type { StepContext } from '../step-context';

/**
 * Evaluates the trained model on the whole test set and publishes the run: predictions, metrics, plots, report, and
 * finally run.json, without which the run is unfinished. A finished run is not evaluated again: the recorded result is
 * returned.
 *
 * @param predict - @default on WASM
 * @throws PermanentError RunExists if the run was finished on other data; ArtifactNotFound or CorruptArtifact for a
 *   missing or altered file of an earlier step; TransientError Interrupted.
 */
export async function evaluate(
  input: EvaluateInput,
  context: StepContext,
  predict?: PredictTestImages,
): Promise<EvaluateOutput> {
  const startedAt = context.now();
  const published = await readPublishedRun(context.store, input.runId);
  if (published !== undefined) return toOutput(published, input);
  const run = await readTrainedRun(context.store, input);
  context.notify({
    type: 'step-started',
    step: 'evaluate',
    message: `Evaluating ${run.manifest.test.rowCount.toLocaleString('en')} test images on ${predict === undefined ? 'WASM' : 'native TensorFlow'}`,
  });

  const testImages = await loadSplit(context.store, run.manifest, 'test');
  const { probabilities, layers } = await predictTestImages(run, testImages, context, predict);
  const scored = { labels: testImages.labels, probabilities, classes: run.config.classes };
  const metrics = computeMetrics(scored);
  const predictions = firstPredictions(scored);
  const testPredictions = columnsOf(scored);

  const plots = drawPlots(run, metrics, predictions, testImages);
  const rasterized = rasterizeAll(plots);
  await writeMetrics(context.store, input.runId, metrics, predictions);
  const { contentKey } = run.manifest;
  const columns = encodeTestPredictions(input.runId, contentKey, testPredictions);
  await context.store.put(objectKeys.testPredictions(input.runId), columns);
  await writePlots(context, input.runId, await rasterized);
  const isAccepted = metrics.accuracy >= run.config.minAccuracy;
  const finishedAt = context.now();
  const seconds = Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000;
  const phases: Phase[] = [...input.phases, { name: 'evaluate', seconds }];
  const costUsd = estimateCostUsd(phases, run.training.compute, input.gpuHourUsd);
  const outcome = { metrics, predictions, isAccepted, phases, costUsd, finishedAt: finishedAt.toISOString() };
  await writeModelCard(context.store, run, metrics, measureCalibration(testPredictions));
  await writeReport(context.store, run, { ...outcome, testPredictions, probabilities, layers }, testImages);
  return toOutput(await publishRun(context.store, toRunRecord(run, outcome)), input);
}

/** @throws PermanentError RunExists if the published run has the content of another dataset. */
function toOutput(
  { runId, dataset, config, accuracy, status }: RunRecord,
  input: EvaluateInput,
): EvaluateOutput {
  if (dataset.contentKey !== input.contentKey) {
    throw new PermanentError(
      'RunExists',
      `The run "${runId}" is finished on the dataset content ${dataset.contentKey}, but its evaluation was requested on ${input.contentKey}. Finished runs are never changed: choose another run id.`,
      { evidence: { runId, published: dataset.contentKey, requested: input.contentKey } },
    );
  }
  return { runId, accuracy, minAccuracy: config.minAccuracy, isAccepted: status === 'accepted' };
}

/** Probabilities, [count, classes], row-major. */
type PredictTestImages = (model: LayersModel, images: LabeledImages) => Promise<Float32Array>;

type TrainedRun = Awaited<ReturnType<typeof readTrainedRun>>;

interface Outcome {
  readonly metrics: MetricValues;
  readonly predictions: readonly Prediction[];
  readonly isAccepted: boolean;
  readonly phases: Phase[];
  readonly costUsd: number | null;
  /** ISO 8601. */
  readonly finishedAt: string;
}

async function readTrainedRun(store: ObjectStore, { runId, dataset, contentKey }: EvaluateInput) {
  const manifestKey = objectKeys.manifest(dataset, contentKey);
  const { config, createdAt } = await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  const training = await getJson(store, objectKeys.training(runId), trainingRecordSchema);
  const { epochs } = await getJson(store, objectKeys.history(runId), historySchema);
  const manifest = await getJson(store, manifestKey, datasetManifestSchema);
  if (training.contentKey !== contentKey) {
    throw new PermanentError(
      'InvalidInput',
      `The run "${runId}" was trained on the dataset content ${training.contentKey}, but its evaluation was requested on ${contentKey}. Both must be the same; start the pipeline from its first step.`,
      { evidence: { runId, trainedOn: training.contentKey, requested: contentKey } },
    );
  }
  const manifestSha256 = sha256Hex(await store.get(manifestKey));
  return { runId, dataset, config, createdAt, training, epochs, manifest, manifestSha256 };
}

interface ModelPredictions {
  /** [count, classes]. */
  readonly probabilities: Float32Array;
  readonly layers: readonly LayerSummary[];
}

async function predictTestImages(
  { runId, config }: TrainedRun,
  testImages: LabeledImages,
  { store, signal }: StepContext,
  predict: PredictTestImages | undefined,
): Promise<ModelPredictions> {
  await useWasmBackend();
  const model = await loadModel(store, runId);
  try {
    const probabilities =
      (await predict?.(model, testImages)) ?? (await predictAll(model, testImages, config.classes, signal));
    return { probabilities, layers: summarizeLayers(model) };
  } finally {
    model.dispose();
  }
}

async function writeMetrics(
  store: ObjectStore,
  runId: string,
  metrics: MetricValues,
  predictions: Prediction[],
): Promise<void> {
  await putJson(store, objectKeys.predictions(runId), predictionsSchema, {
    schemaVersion: 1,
    runId,
    predictions,
  });
  await putJson(store, objectKeys.metrics(runId), metricsSchema, { schemaVersion: 1, runId, ...metrics });
}

function drawPlots(
  { epochs, config, training }: TrainedRun,
  metrics: MetricValues,
  predictions: readonly Prediction[],
  testImages: LabeledImages,
): Plot[] {
  const images = predictions.map(({ index }) => pickImage(testImages, index));
  const modelEpoch = training.epoch;
  return [
    drawAccuracy(epochs, { modelEpoch }),
    drawLoss(epochs, { modelEpoch, hasPenalty: config.l2 > 0 }),
    drawConfusionMatrix(metrics),
    drawFirstTen(predictions, images),
  ];
}

interface RasterizedPlot {
  readonly name: Plot['name'];
  readonly svg: string;
  readonly png: Uint8Array;
}

/** Starts at once; a failure is reported to the caller that awaits it. */
function rasterizeAll(plots: readonly Plot[]): Promise<RasterizedPlot[]> {
  const rasterized = Promise.all(
    plots.map(async (plot) => {
      const svg = toStandaloneSvg(plot);
      return { name: plot.name, svg, png: await rasterize(svg) };
    }),
  );
  rasterized.catch(() => {});
  return rasterized;
}

async function writePlots(
  { store }: StepContext,
  runId: string,
  plots: readonly RasterizedPlot[],
): Promise<void> {
  for (const { name, svg, png } of plots) {
    await store.put(objectKeys.plot(runId, name, 'svg'), new TextEncoder().encode(svg));
    await store.put(objectKeys.plot(runId, name, 'png'), png);
  }
}

async function writeModelCard(
  store: ObjectStore,
  { runId, training, ...run }: TrainedRun,
  metrics: MetricValues,
  { expectedCalibrationError: calibrationError }: Calibration,
): Promise<void> {
  const card = renderModelCard({ ...run, ...training, runId, metrics, calibrationError, pipelineVersion });
  await store.put(objectKeys.modelCard(runId), new TextEncoder().encode(card));
}

async function writeReport(
  store: ObjectStore,
  { runId, config, training, epochs, manifest, manifestSha256 }: TrainedRun,
  { probabilities, ...outcome }: Outcome & ModelPredictions & { readonly testPredictions: PredictionColumns },
  testImages: LabeledImages,
): Promise<void> {
  const { classes } = config;
  const page = renderReportPage({
    ...outcome,
    runId,
    config,
    epochs,
    modelEpoch: training.epoch,
    labelCounts: { train: manifest.train.labelCounts, test: manifest.test.labelCounts },
    probabilitiesOf: (index) => probabilities.subarray(index * classes, (index + 1) * classes),
    imageOf: (index) => pickImage(testImages, index),
    environment: training.environment,
    parameterCount: training.parameterCount,
    contentKey: manifest.contentKey,
    manifestSha256,
    weightsSha256: training.weightsSha256,
    pipelineVersion,
    sourceCommit: training.sourceCommit,
    peakMemoryBytes: training.peakMemoryBytes,
    earlierRuns: await readEarlierRuns(store, { runId, contentKey: manifest.contentKey }),
    files: await listFilesBesideReport(store, runId),
  });
  // The report contains the time, so a concurrent evaluation must not replace one whose checksum is in run.json.
  await store.putIfAbsent(objectKeys.report(runId), new TextEncoder().encode(page));
}

function toRunRecord(
  { runId, dataset, config, createdAt, training, manifest, manifestSha256 }: TrainedRun,
  { metrics, isAccepted, phases, costUsd, finishedAt }: Outcome,
): Parameters<typeof publishRun>[1] {
  return {
    runId,
    status: isAccepted ? 'accepted' : 'rejected',
    createdAt,
    finishedAt,
    config,
    dataset: { name: dataset, contentKey: manifest.contentKey, manifestSha256 },
    environment: training.environment,
    phases,
    costUsd,
    accuracy: metrics.accuracy,
    loss: metrics.loss,
    testCount: metrics.testCount,
    errorCount: metrics.errorCount,
    pipelineVersion,
  };
}
