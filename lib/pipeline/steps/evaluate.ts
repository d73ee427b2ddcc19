import type { LayersModel } from '@tensorflow/tfjs-layers';
import { version as pipelineVersion } from '../../../package.json';
import type { DatasetManifest } from '../../contracts/dataset';
import { PermanentError } from '../../contracts/errors';
import { imageShapeOf } from '../../contracts/image-shape';
import type { Phase, RunRecord } from '../../contracts/results';
import type { RunConfig } from '../../contracts/run-config';
import type { EvaluateInput, EvaluateOutput } from '../../contracts/steps';
import { imageBytes, imageMemory } from '../../dataset/image-memory';
import { type ImageSource, inMemory, type PredictedBatch, readRows } from '../../dataset/image-source';
import { loadSplit } from '../../dataset/load-split';
import { ShardImages } from '../../dataset/shard-images';
import { measureCalibration } from '../../evaluation/calibration';
import { MeanImages } from '../../evaluation/mean-images';
import { TestScores } from '../../evaluation/metrics';
import { predictInOrder } from '../../evaluation/predict-all';
import { columnsOf } from '../../evaluation/test-predictions';
import { loadModel } from '../../model/model-files';
import { labelsOf, preparationOf } from '../../model/model-labels';
import { summarizeLayers } from '../../model/summarize-layers';
import type { ByteImage } from '../../report/byte-image';
import { maxDataClasses } from '../../report/data-section';
import { shownRows } from '../../report/shown-rows';
import type { ObjectStore } from '../../store/object-store';
import { useWasmBackend } from '../../tensorflow/wasm-backend';
import { estimateCostUsd } from '../cost';
import { publishRun, readPublishedRun } from '../publish-run';
import type { StepContext } from '../step-context';
import { readTrainedRun, type TrainedRun } from '../trained-run';
import {
  type EvaluatedModel,
  type Outcome,
  writeMetrics,
  writeModelCard,
  writeReport,
} from './evaluation-files';
import { drawCurves, drawResults, writePlots } from './evaluation-plots';

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

  const curves = drawCurves(run);
  const testImages = await openTestImages(context.store, run.manifest, run.config);
  const { scores, meanImages, ...model } = await scoreTestImages(run, testImages, context, predict);
  const metrics = scores.metrics();
  const predictions = scores.firstPredictions();
  const testPredictions = columnsOf(scores);
  const imageOf = await readShownImages(testImages, { metrics, predictions, testPredictions });

  const [results] = await Promise.all([
    drawResults(metrics, predictions, imageOf, run.labels.classNames),
    writeMetrics(context.store, run, metrics, predictions, testPredictions),
  ]);
  await writePlots(context.store, run, [...(await curves), ...results]);
  const isAccepted = metrics.accuracy >= run.config.minAccuracy;
  const finishedAt = context.now();
  const seconds = Math.max(0, finishedAt.getTime() - startedAt.getTime()) / 1000;
  const phases: Phase[] = [...input.phases, { name: 'evaluate', seconds }];
  const costUsd = estimateCostUsd(phases, run.training.compute, input.gpuHourUsd);
  const outcome = { metrics, predictions, isAccepted, phases, costUsd, finishedAt: finishedAt.toISOString() };
  await writeModelCard(context.store, run, metrics, measureCalibration(testPredictions), model);
  const probabilitiesOf = (index: number) => scores.probabilitiesOf(index);
  const shown = { testPredictions, probabilitiesOf, imageOf, meanImages };
  await writeReport(context.store, run, { ...outcome, ...model, ...shown });
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

/** Probabilities of all images, in order. */
type PredictTestImages = (model: LayersModel, images: ImageSource) => AsyncIterable<PredictedBatch>;

/** In memory where they fit, or as many as the setting allows. */
async function openTestImages(
  store: ObjectStore,
  manifest: DatasetManifest,
  { shuffleWindow }: Pick<RunConfig, 'shuffleWindow'>,
): Promise<ImageSource> {
  const { imageShape, test } = manifest;
  const count = test.rowCount;
  const isSmall =
    shuffleWindow > 0 ? count <= shuffleWindow : imageBytes({ count, imageShape }) <= imageMemory();
  return isSmall
    ? inMemory(await loadSplit(store, manifest, 'test'))
    : new ShardImages(store, manifest, 'test');
}

async function scoreTestImages(
  { runId, classes }: TrainedRun,
  testImages: ImageSource,
  { store, signal }: StepContext,
  predict: PredictTestImages | undefined,
): Promise<EvaluatedModel & { scores: TestScores; meanImages: (ByteImage | undefined)[] }> {
  await useWasmBackend();
  const model = await loadModel(store, runId);
  const { imageShape: shape } = testImages;
  const scores = new TestScores(testImages.count, classes);
  const means = new MeanImages(Math.min(classes, maxDataClasses), shape);
  try {
    for await (const batch of predict?.(model, testImages) ?? predictInOrder(model, testImages, signal)) {
      scores.add(batch.labels, batch.outputs);
      means.add(batch);
    }
    const meanImages = means.means().map((pixels) => pixels && { pixels, shape });
    const inputShape = model.inputs[0]!.shape.slice(1).map(Number);
    const { isCentered } = preparationOf(labelsOf(model).preparation, imageShapeOf(inputShape));
    return { scores, meanImages, layers: summarizeLayers(model), inputShape, isCentered };
  } finally {
    model.dispose();
  }
}

/** Streamed test images are read once more, because their predictions decide which of them are shown. */
async function readShownImages(
  testImages: ImageSource,
  results: Parameters<typeof shownRows>[0],
): Promise<(index: number) => ByteImage> {
  const { imageShape: shape } = testImages;
  const images = await readRows(testImages, shownRows(results, shape));
  return (index) => ({ pixels: images.get(index)!, shape });
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
