import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../contracts/object-keys';
import type { RunConfig } from '../../contracts/run-config';
import type { TrainInput } from '../../contracts/steps';
import type { LabeledImages } from '../../dataset/load-split';
import { assemble } from '../../model/assemble';
import { introduceModel } from '../../model/describe-model';
import { toLogits } from '../../model/heads';
import { loadInitialWeights } from '../../model/initial-weights';
import type { KerasGraph } from '../../model/keras-graph';
import type { ObjectStore } from '../../store/object-store';
import { drawWeights } from '../../training/draw-weights';
import { type TrainingOptions, type TrainingOutcome, trainModel } from '../../training/train-model';
import type { TrainingEngine } from '../../training/training-engine';
import { layOutState, type TrainingState, weightsOf } from '../../training/training-state';
import type { StepContext } from '../step-context';
import type { TrainingHistory } from '../training-history';
import type { TrainingTimeLimit } from '../training-time-limit';
import { estimateOnWasm } from '../wasm-estimate';
import { restoreTraining } from './restore-training';

interface NetworkTraining extends Pick<TrainingOptions, 'trainImages' | 'validationImages'> {
  readonly config: RunConfig;
  readonly network: KerasGraph;
  readonly engine: TrainingEngine;
  readonly timeLimit: TrainingTimeLimit;
  readonly history: TrainingHistory;
}

export interface ResumableOutcome extends TrainingOutcome {
  readonly parameterCount: number;
  /** Training steps of earlier processes; 0 for a training that was not resumed. */
  readonly resumedFromStep: number;
  /** Of these training steps. */
  readonly secondsBefore: number;
}

/**
 * Trains a network from its newest checkpoint, or from its initial weights, and writes checkpoints and the history.
 *
 * @throws as `trainModel` and `restoreTraining` do; the reason of the time limit.
 */
export async function trainWithCheckpoints(
  { runId, contentKey }: TrainInput,
  { config, network, engine, timeLimit, history, trainImages, validationImages }: NetworkTraining,
  { store, notify, now, signal }: StepContext,
): Promise<ResumableOutcome> {
  const log = (message: string) => notify({ type: 'note', message });
  const model = assemble(toLogits(network), "The run's model");
  try {
    notify({
      type: 'step-started',
      step: 'train',
      message: describeTraining(model, config, trainImages, engine),
    });
    const owner = { runId, contentKey };
    const layout = layOutState(weightsOf(model), config);
    const { checkpoints, resumeFrom } = await restoreTraining(store, owner, config, layout, log);
    if (resumeFrom !== undefined) log(`Resuming after training step ${resumeFrom.step}, from a checkpoint`);
    const secondsBefore = countSeconds(resumeFrom);
    timeLimit.count(secondsBefore);
    // The resumed run may have trained all epochs: then no further epoch would write the history of this run.
    if (config.resumeFrom !== undefined && resumeFrom !== undefined && resumeFrom.history.length > 0)
      await history.write(resumeFrom.history);
    // Reading the dataset may have used all the time.
    timeLimit.check();
    const estimate = estimateOnWasm({ network, engine, epochs: config.epochs, now, log });
    const training = trainModel({
      trainImages,
      validationImages,
      model,
      engine,
      settings: config,
      initial: await readInitialWeights(store, config, network, model, log),
      resumeFrom,
      now,
      signal: AbortSignal.any([signal, timeLimit.signal]),
      onBatch: (position) => {
        timeLimit.check();
        estimate(position);
        notify({ type: 'training-progress', ...position, epochs: config.epochs });
      },
      onCheckpoint: (state) => checkpoints.save(state),
      onEpoch: async (epochs) => {
        await history.write(epochs);
        notify({ type: 'epoch-finished', epoch: epochs.at(-1)!, epochs: config.epochs });
      },
    });
    const outcome = await timeLimit.watch(training);
    const resumedFromStep = resumeFrom?.step ?? 0;
    return { ...outcome, parameterCount: model.countParams(), resumedFromStep, secondsBefore };
  } finally {
    model.dispose();
  }
}

async function readInitialWeights(
  store: ObjectStore,
  { initialWeightsSha256: sha256, seed }: RunConfig,
  network: KerasGraph,
  model: LayersModel,
  log: (message: string) => void,
): Promise<Float32Array[]> {
  if (sha256 === undefined) return drawWeights(model, seed);
  const weights = await loadInitialWeights(store, sha256, network);
  log(`Starting from the given weights ${objectKeys.initialWeights(sha256)}, not from random ones`);
  return weights;
}

/** The time that earlier processes trained. */
function countSeconds(resumeFrom: TrainingState | undefined): number {
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
  const [, classes] = model.outputs[0]!.shape as [null, number];
  const backend = engine === 'native' ? 'native TensorFlow' : 'WASM';
  return `Training ${introduceModel(config, classes)} (${parameters} parameters) on ${count.toLocaleString('en')} images with ${backend} on ${device}`;
}
