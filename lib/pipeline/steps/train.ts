import type { LayersModel } from '@tensorflow/tfjs-layers';
import { encode } from 'fast-png';
import { isAugmented } from '../../augmentation/augmentation-settings';
import { type DatasetManifest, datasetManifestSchema } from '../../contracts/dataset';
import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { trainingRecordSchema } from '../../contracts/results';
import { type RunConfig, storedRunConfigSchema } from '../../contracts/run-config';
import type { TrainInput, TrainOutput } from '../../contracts/steps';
import { type LabeledImages, loadSplit } from '../../dataset/load-split';
import { exportModel } from '../../export/export-model';
import { findSourceCommit } from '../../installation/source-commit';
import { assemble } from '../../model/assemble';
import { introduceModel } from '../../model/describe-model';
import { toLogits, toProbabilities } from '../../model/heads';
import { loadInitialWeights } from '../../model/initial-weights';
import type { KerasGraph } from '../../model/keras-graph';
import { saveModel, setModelWeights } from '../../model/model-files';
import { networkOf } from '../../model/network-of';
import { getJson, getJsonIfPresent, putJson } from '../../store/json-objects';
import type { ObjectStore } from '../../store/object-store';
import { drawAugmentedExamples } from '../../training/augmented-examples';
import { chooseEngine } from '../../training/choose-engine';
import { drawWeights } from '../../training/draw-weights';
import { chooseValidationImages } from '../../training/held-out-images';
import { createOptimizer } from '../../training/optimizers/create-optimizer';
import { type TrainingOptions, trainModel } from '../../training/train-model';
import type { TrainingEngine } from '../../training/training-engine';
import { layOutState, type TrainingState, weightsOf } from '../../training/training-state';
import { savePage } from '../../try-it/save-page';
import type { StepContext } from '../step-context';
import { TrainingHistory } from '../training-history';
import { TrainingTimeLimit } from '../training-time-limit';
import { restoreTraining } from './restore-training';

/**
 * Trains the run's model and stores it: checkpoints and history.json during the training, then the model in every format
 * and the try-it page, then training.json, which marks the training as complete. A run that has a training.json is not
 * trained again; an interrupted training resumes from its newest checkpoint.
 *
 * @param openedEngine - if an earlier check has opened it already.
 * @returns also the engine, unless the run was already trained.
 * @throws PermanentError RunExists for a run that was trained on other data; EngineUnavailable, TrainingDiverged,
 *   CostLimitExceeded after a checkpoint, or an error of reading the dataset; TransientError Interrupted.
 */
export async function train(
  input: TrainInput,
  context: StepContext,
  openedEngine?: TrainingEngine,
): Promise<TrainOutput & { readonly engine?: TrainingEngine }> {
  const { runId, dataset, contentKey, compute = null, trainingSecondsLimit: secondsLimit = 0 } = input;
  const { store, notify, now, signal } = context;
  const earlier = await readEarlierTraining(input, context);
  if (earlier !== undefined) {
    notify({ type: 'note', message: `The run ${runId} is already trained, and is not trained again` });
    return { runId, seconds: earlier.seconds };
  }
  const startedAt = now().getTime();
  const log = (message: string) => notify({ type: 'note', message });
  const run = await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  const { config } = run;
  const history = new TrainingHistory(store, run);
  const { maxCostUsd } = config;
  if (maxCostUsd > 0 && compute === null)
    log('maxCostUsd has no effect on a local run: this machine has no price');
  const timeLimit = await TrainingTimeLimit.open({ store, runId, secondsLimit, maxCostUsd, now });
  const manifest = await getJson(store, objectKeys.manifest(dataset, contentKey), datasetManifestSchema);
  // Shards are decompressed on other threads while the engine is loaded on this one.
  const [{ trainImages, validationImages, testImages }, engine] = await runTogether(
    loadImages(store, manifest, config),
    openedEngine === undefined ? chooseEngine(config, log, signal) : Promise.resolve(openedEngine),
  );
  const network = await networkOf(config, manifest.imageShape, store);
  const { resumeFrom, weights, ...outcome } = await trainWithCheckpoints(
    input,
    config,
    network,
    engine,
    { trainImages, validationImages },
    timeLimit,
    history,
    context,
  );
  const model = assembleTrained(network, weights);
  try {
    const { sha256 } = await saveModel(store, runId, model);
    await exportModel(store, runId, model, config.learningRate);
    await savePage(store, runId, testImages);
    await writeAugmentedExamples(store, runId, trainImages, config);
    await history.finish();
    const seconds = (now().getTime() - startedAt) / 1000 + secondsBefore(resumeFrom);
    await putJson(store, objectKeys.training(runId), trainingRecordSchema, {
      schemaVersion: 1,
      runId,
      contentKey,
      environment: engine.environment,
      compute,
      parameterCount: model.countParams(),
      ...outcome,
      resumedFromStep: resumeFrom?.step ?? 0,
      seconds,
      weightsSha256: sha256!,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      sourceCommit: await findSourceCommit(),
    });
    return { runId, seconds, engine };
  } finally {
    model.dispose();
  }
}

const what = "The run's model";

/** The caller disposes the model. */
function assembleTrained(network: KerasGraph, weights: readonly Float32Array[]): LayersModel {
  const model = assemble(toProbabilities(network), what);
  setModelWeights(
    model,
    model.weights.map(({ shape }, index) => ({ shape: shape as number[], values: weights[index]! })),
  );
  return model;
}

async function loadImages(store: ObjectStore, manifest: DatasetManifest, config: RunConfig) {
  const trainImages = await loadSplit(store, manifest, 'train');
  const testImages = await loadSplit(store, manifest, 'test');
  return { ...chooseValidationImages(trainImages, testImages, config), testImages };
}

async function writeAugmentedExamples(
  store: ObjectStore,
  runId: string,
  images: LabeledImages,
  config: RunConfig,
): Promise<void> {
  if (!isAugmented(config)) return;
  const { pixels, ...size } = drawAugmentedExamples(images, config);
  await store.put(
    objectKeys.augmentedExamples(runId),
    encode({ ...size, data: pixels, channels: 1, depth: 8 }),
  );
}

/** @throws the first error, when both have ended, so that nothing continues after it. */
async function runTogether<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function trainWithCheckpoints(
  { runId, contentKey }: TrainInput,
  config: RunConfig,
  network: KerasGraph,
  engine: TrainingEngine,
  images: Pick<TrainingOptions, 'trainImages' | 'validationImages'>,
  timeLimit: TrainingTimeLimit,
  history: TrainingHistory,
  { store, notify, now, signal }: StepContext,
) {
  const log = (message: string) => notify({ type: 'note', message });
  const model = assemble(toLogits(network), what);
  try {
    notify({
      type: 'step-started',
      step: 'train',
      message: describeTraining(model, config, images.trainImages, engine),
    });
    const owner = { runId, contentKey };
    const layout = layOutState(weightsOf(model), createOptimizer(config), config);
    const { checkpoints, resumeFrom } = await restoreTraining(store, owner, config, layout, log);
    if (resumeFrom !== undefined) log(`Resuming after training step ${resumeFrom.step}, from a checkpoint`);
    timeLimit.count(secondsBefore(resumeFrom));
    // The resumed run may have trained all epochs: then no further epoch would write the history of this run.
    if (config.resumeFrom !== undefined && resumeFrom !== undefined && resumeFrom.history.length > 0)
      await history.write(resumeFrom.history);
    // Reading the dataset may have used all the time.
    timeLimit.check();
    const training = trainModel({
      ...images,
      model,
      engine,
      settings: config,
      initial: await readInitialWeights(store, config, model, log),
      resumeFrom,
      now,
      signal: AbortSignal.any([signal, timeLimit.signal]),
      onBatch: (position) => {
        timeLimit.check();
        notify({ type: 'training-progress', ...position, epochs: config.epochs });
      },
      onCheckpoint: (state) => checkpoints.save(state),
      onEpoch: async (epochs) => {
        await history.write(epochs);
        notify({ type: 'epoch-finished', epoch: epochs.at(-1)!, epochs: config.epochs });
      },
    });
    return { ...(await timeLimit.watch(training)), resumeFrom };
  } finally {
    model.dispose();
  }
}

/** A finished training is not repeated: an interruption would leave files of both trainings with one training.json. */
async function readEarlierTraining({ runId, contentKey }: TrainInput, { store }: StepContext) {
  const record = await getJsonIfPresent(store, objectKeys.training(runId), trainingRecordSchema);
  if (record === undefined || record.contentKey === contentKey) return record;
  throw new PermanentError(
    'RunExists',
    `The run "${runId}" in ${store.location} was trained on the dataset content ${record.contentKey}, and the dataset has the content ${contentKey} now. Choose another run id, or delete ${objectKeys.run(runId)} first.`,
    { evidence: { runId, trainedOn: record.contentKey, requested: contentKey } },
  );
}

async function readInitialWeights(
  store: ObjectStore,
  { initialWeightsSha256: sha256, seed }: RunConfig,
  model: LayersModel,
  log: (message: string) => void,
): Promise<Float32Array[]> {
  if (sha256 === undefined) return drawWeights(model, seed);
  const weights = await loadInitialWeights(store, sha256, model);
  log(`Starting from the given weights ${objectKeys.initialWeights(sha256)}, not from random ones`);
  return weights;
}

function secondsBefore(resumeFrom: TrainingState | undefined): number {
  if (resumeFrom === undefined) return 0;
  return resumeFrom.history.reduce((sum, { seconds }) => sum + seconds, resumeFrom.epochSeconds);
}

function describeTraining(
  model: LayersModel,
  config: RunConfig,
  { count }: LabeledImages,
  { environment: { engine, device } }: TrainingEngine,
): string {
  const parameters = model.countParams().toLocaleString('en');
  const backend = engine === 'native' ? 'native TensorFlow' : 'WASM';
  return `Training ${introduceModel(config)} (${parameters} parameters) on ${count.toLocaleString('en')} images with ${backend} on ${device}`;
}
