import type { LayersModel } from '@tensorflow/tfjs-layers';
import { version as pipelineVersion } from '../../../package.json';
import { PermanentError } from '../../contracts/errors';
import { imageShapeOf } from '../../contracts/image-shape';
import type { Phase, RunRecord } from '../../contracts/results';
import type { EvaluateInput, EvaluateOutput } from '../../contracts/steps';
import { type LabeledImages, loadSplit } from '../../dataset/load-split';
import { measureCalibration } from '../../evaluation/calibration';
import { computeMetrics, firstPredictions } from '../../evaluation/metrics';
import { predictAll } from '../../evaluation/predict-all';
import { columnsOf } from '../../evaluation/test-predictions';
import { loadModel } from '../../model/model-files';
import { labelsOf, preparationOf } from '../../model/model-labels';
import { summarizeLayers } from '../../model/summarize-layers';
import { useWasmBackend } from '../../tensorflow/wasm-backend';
import { estimateCostUsd } from '../cost';
import { publishRun, readPublishedRun } from '../publish-run';
import type { StepContext } from '../step-context';
import { readTrainedRun, type TrainedRun } from '../trained-run';
import {
  type ModelPredictions,
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
  const testImages = await loadSplit(context.store, run.manifest, 'test');
  const { probabilities, ...model } = await predictTestImages(run, testImages, context, predict);
  const scored = { labels: testImages.labels, probabilities, classes: run.classes };
  const metrics = computeMetrics(scored);
  const predictions = firstPredictions(scored);
  const testPredictions = columnsOf(scored);

  const [results] = await Promise.all([
    drawResults(metrics, predictions, testImages, run.labels.classNames),
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
  await writeReport(context.store, run, { ...outcome, ...model, testPredictions, probabilities }, testImages);
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

async function predictTestImages(
  { runId, classes }: TrainedRun,
  testImages: LabeledImages,
  { store, signal }: StepContext,
  predict: PredictTestImages | undefined,
): Promise<ModelPredictions> {
  await useWasmBackend();
  const model = await loadModel(store, runId);
  try {
    const probabilities =
      (await predict?.(model, testImages)) ?? (await predictAll(model, testImages, classes, signal));
    const inputShape = model.inputs[0]!.shape.slice(1).map(Number);
    const { isCentered } = preparationOf(labelsOf(model).preparation, imageShapeOf(inputShape));
    return { probabilities, layers: summarizeLayers(model), inputShape, isCentered };
  } finally {
    model.dispose();
  }
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
