import { type DatasetManifest, datasetManifestSchema } from '../../contracts/dataset';
import { PermanentError } from '../../contracts/errors';
import { objectKeys } from '../../contracts/object-keys';
import { trainingRecordSchema } from '../../contracts/results';
import { storedRunConfigSchema } from '../../contracts/run-config';
import type { TrainInput, TrainOutput } from '../../contracts/steps';
import { readFirst } from '../../dataset/image-source';
import { areCentered, centeringSample } from '../../image/centered-images';
import { findSourceCommit } from '../../installation/source-commit';
import { completeLabels } from '../../model/model-labels';
import { networkOf } from '../../model/network-of';
import { hasConvolutions, listNetworkWeights } from '../../model/network-weights';
import { pausedAfter } from '../../schedule/early-stopping';
import { getJson, getJsonIfPresent, putJson } from '../../store/json-objects';
import { remarkOnAveraging } from '../../training/averaging-remark';
import { chooseWindow, heldImageBytes } from '../../training/batches/shuffle-window';
import { assertFitsMemory } from '../../training/memory-need';
import { remarkOnSteps } from '../../training/short-training-remark';
import type { TrainingEngine } from '../../training/training-engine';
import { layOutState } from '../../training/training-state';
import type { StepContext } from '../step-context';
import { TrainingHistory } from '../training-history';
import { ownResources, type TrainingResources } from '../training-resources';
import { TrainingTimeLimit } from '../training-time-limit';
import type { EvaluationResources } from './evaluate';
import { restoreTraining } from './restore-training';
import { countSeconds, trainWithCheckpoints } from './train-with-checkpoints';
import { writeTrainingFiles } from './training-files';

/**
 * Trains the run's model and stores it: checkpoints and history.json during the training, then the model in every format
 * and the try-it page, then training.json, which marks the training as complete. A run that has a training.json is not
 * trained again; an interrupted or paused training resumes from its newest checkpoint. A pause leaves checkpoints and
 * history.json alone.
 *
 * @param openedEngine - if an earlier check has opened it already. @default - opened with the resources
 * @returns also what the evaluation can use, unless nothing was to be trained.
 * @throws PermanentError RunExists for a run that was trained on other data; EngineUnavailable, TrainingDiverged,
 *   CostLimitExceeded after a checkpoint, or an error of reading the dataset; TransientError Interrupted.
 */
export async function train(
  input: TrainInput,
  context: StepContext,
  { openImages, openEngine }: TrainingResources = ownResources,
  openedEngine?: TrainingEngine,
): Promise<TrainOutput & EvaluationResources> {
  const { runId, dataset, contentKey, compute = null, trainingSecondsLimit: secondsLimit = 0 } = input;
  const { pauseAfterEpoch } = input;
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
  const manifest = await getJson(store, objectKeys.manifest(dataset, contentKey), datasetManifestSchema);
  const classes = manifest.classNames.length;
  const network = await networkOf({ ...config, classes }, manifest.imageShape, store);
  const layout = layOutState(listNetworkWeights(network, 'The network of this run'), config);
  const restored = await restoreTraining(store, { runId, contentKey }, config, layout, log);
  const { resumeFrom } = restored;
  const earlierPause = pausedAfter(resumeFrom?.history ?? [], config, pauseAfterEpoch);
  if (earlierPause !== undefined) {
    if (config.resumeFrom !== undefined) await history.write(resumeFrom!.history);
    await history.pause();
    return { runId, seconds: countSeconds(resumeFrom), pausedAfterEpoch: earlierPause };
  }
  const timeLimit = await TrainingTimeLimit.open({ store, runId, secondsLimit, maxCostUsd, now });
  const windowRows = chooseWindow(manifest, config, resumeFrom);
  assertFitsMemory(network, config, { imageBytes: heldImageBytes(manifest, windowRows) });
  if (windowRows !== undefined) log(describeWindow(manifest, windowRows));
  const wanted = { ...config, isConvolutional: hasConvolutions(network) };
  // Shards are decompressed on other threads while the engine is loaded on this one.
  const [opened, engine] = await runTogether(
    openImages(store, manifest, config, windowRows),
    openedEngine === undefined ? openEngine(wanted, log, signal) : Promise.resolve(openedEngine),
  );
  const { close, ...images } = opened;
  for (const remarkOn of [remarkOnAveraging, remarkOnSteps]) {
    const remark = remarkOn(config, images.trainImages.count);
    if (remark !== undefined) log(remark);
  }
  try {
    const trained = await trainWithCheckpoints(
      { ...images, ...restored, windowRows, pauseAfterEpoch, config, network, engine, timeLimit, history },
      context,
    );
    const { weights, secondsBefore, pausedAfterEpoch, ...outcome } = trained;
    const secondsSoFar = () => (now().getTime() - startedAt) / 1000 + secondsBefore;
    if (pausedAfterEpoch !== undefined) {
      await history.pause();
      return { runId, seconds: secondsSoFar(), pausedAfterEpoch };
    }
    const labels = {
      ...completeLabels(manifest, classes),
      preparation: {
        isCentered: areCentered(await readFirst(images.testImages, centeringSample)),
        isInverted: config.invert,
      },
    };
    const files = { ...images, runId, config, network, weights, labels, manifest };
    const weightsSha256 = await writeTrainingFiles(store, files);
    await history.finish();
    const seconds = secondsSoFar();
    await putJson(store, objectKeys.training(runId), trainingRecordSchema, {
      schemaVersion: 1,
      runId,
      contentKey,
      environment: engine.environment,
      compute,
      ...outcome,
      seconds,
      weightsSha256,
      ...(windowRows !== undefined && { windowRows }),
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      sourceCommit: await findSourceCommit(),
    });
    const { validationImages } = images;
    return { runId, seconds, predict: engine.predict, ...(windowRows === undefined && { validationImages }) };
  } finally {
    await close();
  }
}

function describeWindow({ train }: DatasetManifest, windowRows: number): string {
  const count = (rows: number) => rows.toLocaleString('en');
  return `The ${count(train.rowCount)} training images are read from their shards in every epoch, and shuffled in windows of ${count(windowRows)} images`;
}

/** @throws the first error, when both have ended, so that nothing continues after it. */
async function runTogether<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
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
