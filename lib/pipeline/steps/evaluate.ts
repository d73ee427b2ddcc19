import type { LayersModel } from '@tensorflow/tfjs-layers';
import { version as pipelineVersion } from '../../../package.json';
import { PermanentError } from '../../contracts/errors';
import { imageShapeOf } from '../../contracts/image-shape';
import type { Phase, RunRecord } from '../../contracts/results';
import type { EvaluateInput, EvaluateOutput } from '../../contracts/steps';
import { openDividedShards } from '../../dataset/divided-shards';
import { imageBytes, imageMemory } from '../../dataset/image-memory';
import {
  type ImageSource,
  inMemory,
  type PredictedBatch,
  readFirst,
  readRows,
} from '../../dataset/image-source';
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
 * Evaluates the trained model on the whole test set, or on the validation data, and publishes the run: predictions, metrics, plots, report, and
 * finally run.json, without which the run is unfinished. A finished run is not evaluated again: the recorded result is
 * returned.
 *
 * @throws PermanentError RunExists if the run was finished on other data; ArtifactNotFound or CorruptArtifact for a
 *   missing or altered file of an earlier step; TransientError Interrupted.
 */
export async function evaluate(
  input: EvaluateInput,
  context: StepContext,
  { predict, validationImages }: EvaluationResources = {},
): Promise<EvaluateOutput> {
  const startedAt = context.now();
  const published = await readPublishedRun(context.store, input.runId);
  if (published !== undefined) return toOutput(published, input);
  const run = await readTrainedRun(context.store, input);
  context.notify({
    type: 'step-started',
    step: 'evaluate',
    message: `Evaluating ${countMeasured(run).toLocaleString('en')} ${run.config.evaluateOn} images on ${predict === undefined ? 'WASM' : 'native TensorFlow'}`,
  });

  const curves = drawCurves(run);
  const images = await openMeasuredImages(context.store, run, validationImages);
  const { scores, meanImages, ...model } = await scoreImages(run, images, context, predict);
  const metrics = scores.metrics();
  const predictions = scores.firstPredictions();
  const testPredictions = columnsOf(scores);
  const imageOf = await readShownImages(images, { metrics, predictions, testPredictions });

  const [results] = await Promise.all([
    drawResults(run, metrics, predictions, imageOf),
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

/** What the training of this process has opened already. */
export interface EvaluationResources {
  /** Probabilities of all images, in order. @default on WASM */
  readonly predict?: ((model: LayersModel, images: ImageSource) => AsyncIterable<PredictedBatch>) | undefined;
  /** In memory. @default - read from the shards */
  readonly validationImages?: ImageSource | undefined;
}

const countMeasured = ({ config, heldOutCount, manifest }: TrainedRun) =>
  config.evaluateOn === 'validation' ? heldOutCount : manifest.test.rowCount;

/** In memory where they fit, or as many as the setting allows. */
async function openMeasuredImages(
  store: ObjectStore,
  run: TrainedRun,
  validationImages: ImageSource | undefined,
): Promise<ImageSource> {
  const { manifest, config } = run;
  const isOnValidation = config.evaluateOn === 'validation';
  if (isOnValidation && validationImages !== undefined) return validationImages;
  const shards = isOnValidation
    ? (await openDividedShards(store, manifest, config)).validationImages
    : new ShardImages(store, manifest, 'test');
  const { shuffleWindow } = config;
  const isSmall = shuffleWindow > 0 ? shards.count <= shuffleWindow : imageBytes(shards) <= imageMemory();
  return isSmall ? inMemory(await readFirst(shards, shards.count)) : shards;
}

async function scoreImages(
  { runId, classes }: TrainedRun,
  images: ImageSource,
  { store, signal }: StepContext,
  predict: EvaluationResources['predict'],
): Promise<EvaluatedModel & { scores: TestScores; meanImages: (ByteImage | undefined)[] }> {
  await useWasmBackend();
  const model = await loadModel(store, runId);
  const { imageShape: shape } = images;
  const scores = new TestScores(images.count, classes);
  const means = new MeanImages(Math.min(classes, maxDataClasses), shape);
  try {
    for await (const batch of predict?.(model, images) ?? predictInOrder(model, images, signal)) {
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

/** Streamed images are read once more, because their predictions decide which of them are shown. */
async function readShownImages(
  measuredImages: ImageSource,
  results: Parameters<typeof shownRows>[0],
): Promise<(index: number) => ByteImage> {
  const { imageShape: shape } = measuredImages;
  const images = await readRows(measuredImages, shownRows(results, shape));
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
