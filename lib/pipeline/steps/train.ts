import { datasetManifestSchema } from '../../contracts/dataset';
import { objectKeys } from '../../contracts/object-keys';
import { type Epoch, historySchema, trainingRecordSchema } from '../../contracts/results';
import { storedRunConfigSchema } from '../../contracts/run-config';
import type { TrainInput, TrainOutput } from '../../contracts/steps';
import { loadSplit } from '../../dataset/load-split';
import { buildMlp } from '../../model/architectures';
import { saveModel } from '../../model/model-files';
import { getJson, putJson } from '../../store/json-objects';
import { chooseEngine } from '../../training/choose-engine';
import { trainModel } from '../../training/train-model';
import type { StepContext } from '../step-context';

/**
 * Trains the run's model and stores it: history.json after every epoch, then the model, then training.json, which
 * says that the training is whole. A run that has its training.json is not trained again.
 *
 * @throws PermanentError EngineUnavailable, TrainingDiverged, or what reading the dataset finds; TransientError
 *   Interrupted.
 */
export async function train(input: TrainInput, context: StepContext): Promise<TrainOutput> {
  const { runId, dataset, contentKey } = input;
  const { store, notify, now, signal } = context;
  const earlier = await readEarlierTraining(input, context);
  if (earlier !== undefined) {
    notify({ type: 'note', message: `The run ${runId} is trained already: nothing is trained again` });
    return { runId, seconds: earlier.seconds };
  }
  const startedAt = now().getTime();
  const { config } = await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  const manifest = await getJson(store, objectKeys.manifest(dataset, contentKey), datasetManifestSchema);
  const engine = await chooseEngine(config.engine, (message) => notify({ type: 'note', message }), signal);
  const trainImages = await loadSplit(store, manifest, 'train');
  const validationImages = await loadSplit(store, manifest, 'test');

  const model = buildMlp(config, manifest.imageShape);
  const { epochs } = config;
  const parameterCount = model.countParams();
  notify({
    type: 'step-started',
    step: 'train',
    message: `Training ${describeModel(config.hidden, config.classes)} (${parameterCount.toLocaleString('en')} parameters) on ${trainImages.count.toLocaleString('en')} images with ${engine.environment.engine} TensorFlow, ${engine.environment.device}`,
  });
  const history: Epoch[] = [];
  const stepCount = await trainModel({
    model,
    engine,
    trainImages,
    validationImages,
    settings: config,
    now,
    signal,
    onStep: (position) => notify({ type: 'training-progress', ...position, epochs }),
    onEpoch: async (epoch) => {
      history.push(epoch);
      await putJson(store, objectKeys.history(runId), historySchema, {
        schemaVersion: 1,
        runId,
        epochs: history,
      });
      notify({ type: 'epoch-finished', epoch, epochs });
    },
  });
  const weights = await saveModel(store, runId, model);
  model.dispose();

  const seconds = (now().getTime() - startedAt) / 1000;
  await putJson(store, objectKeys.training(runId), trainingRecordSchema, {
    schemaVersion: 1,
    runId,
    contentKey,
    environment: engine.environment,
    parameterCount,
    stepCount,
    seconds,
    weightsSha256: weights.sha256!,
  });
  return { runId, seconds };
}

async function readEarlierTraining({ runId, contentKey }: TrainInput, { store }: StepContext) {
  const key = objectKeys.training(runId);
  if ((await store.head(key)) === undefined) return undefined;
  const record = await getJson(store, key, trainingRecordSchema);
  return record.contentKey === contentKey ? record : undefined;
}

function describeModel(hidden: readonly number[], classes: number): string {
  return `the perceptron ${[...hidden, classes].join(' → ')}`;
}
