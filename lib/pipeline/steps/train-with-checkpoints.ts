import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../contracts/object-keys';
import type { RunConfig } from '../../contracts/run-config';
import type { ImageSource } from '../../dataset/image-source';
import { assemble } from '../../model/assemble';
import { introduceModel } from '../../model/describe-model';
import { toLogits } from '../../model/heads';
import { loadInitialWeights } from '../../model/initial-weights';
import type { KerasGraph } from '../../model/keras-graph';
import type { ObjectStore } from '../../store/object-store';
import { drawWeights } from '../../training/draw-weights';
import { type TrainingOptions, type TrainingOutcome, trainModel } from '../../training/train-model';
import type { TrainingEngine } from '../../training/training-engine';
import type { TrainingState } from '../../training/training-state';
import type { StepContext } from '../step-context';
import type { TrainingHistory } from '../training-history';
import type { TrainingTimeLimit } from '../training-time-limit';
import { estimateOnWasm } from '../wasm-estimate';
import type { RestoredTraining } from './restore-training';

interface NetworkTraining
  extends Pick<TrainingOptions, 'trainImages' | 'validationImages' | 'windowRows' | 'pauseAfterEpoch'>,
    RestoredTraining {
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
 * @throws as `trainModel` does; the reason of the time limit.
 */
export async function trainWithCheckpoints(
  { config, network, engine, timeLimit, history, ...training }: NetworkTraining,
  { store, notify, now, signal }: StepContext,
): Promise<ResumableOutcome> {
  const log = (message: string) => notify({ type: 'note', message });
  const { trainImages, validationImages, windowRows, checkpoints, resumeFrom, pauseAfterEpoch } = training;
  const model = assemble(toLogits(network), "The run's model");
  try {
    notify({
      type: 'step-started',
      step: 'train',
      message: describeTraining(model, config, trainImages, engine),
    });
    if (resumeFrom !== undefined) log(`Resuming after training step ${resumeFrom.step}, from a checkpoint`);
    const secondsBefore = countSeconds(resumeFrom);
    timeLimit.count(secondsBefore);
    // The resumed run may have trained all epochs: then no further epoch would write the history of this run.
    if (config.resumeFrom !== undefined && resumeFrom !== undefined && resumeFrom.history.length > 0)
      await history.write(resumeFrom.history);
    // Reading the dataset may have used all the time.
    timeLimit.check();
    const epochs = Math.min(pauseAfterEpoch ?? config.epochs, config.epochs);
    const estimate = estimateOnWasm({ network, engine, epochs, now, log });
    const trained = trainModel({
      trainImages,
      validationImages,
      windowRows,
      model,
      engine,
      settings: config,
      initial: await readInitialWeights(store, config, network, model, log),
      resumeFrom,
      pauseAfterEpoch,
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
    const outcome = await timeLimit.watch(trained);
    await timeLimit.recordExactly();
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
export function countSeconds(resumeFrom: TrainingState | undefined): number {
  if (resumeFrom === undefined) return 0;
  return resumeFrom.history.reduce((sum, { seconds }) => sum + seconds, resumeFrom.epochSeconds);
}

function describeTraining(
  model: LayersModel,
  config: RunConfig,
  { count }: ImageSource,
  { environment: { engine, device } }: TrainingEngine,
): string {
  const parameters = model.countParams().toLocaleString('en');
  const [, classes] = model.outputs[0]!.shape as [null, number];
  const backend = engine === 'native' ? 'native TensorFlow' : 'WASM';
  return `Training ${introduceModel(config, classes)} (${parameters} parameters) on ${count.toLocaleString('en')} images with ${backend} on ${device}`;
}
