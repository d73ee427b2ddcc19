import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Environment } from '../contracts/results';
import type { Batch, ImageSource, PredictedBatch } from '../dataset/image-source';
import type { OptimizerSettings } from './optimizers/create-optimizer';
import type { BatchTotals, EpochTotals, TrainingState, WeightState } from './training-state';
import type { StepSettings } from './training-step';

/** Runs training steps on this machine. One loop and one training step, any number of engines. */
export interface TrainingEngine {
  /** Written to training.json and run.json. */
  readonly environment: Environment;
  /** Makes TensorFlow.js compute with this engine, which it does until other work in the process changes the backend. */
  use(): Promise<void>;
  /**
   * Starts or resumes a training from this state.
   *
   * @param model - returns logits. Its own weights are not used and may change; the caller disposes it after the session.
   * @throws PermanentError InvalidInput for a model that this engine cannot train.
   */
  openSession(
    model: LayersModel,
    state: Pick<TrainingState, 'step' | 'weights' | 'totals'>,
    settings: SessionSettings,
  ): TrainingSession;
  /**
   * Probabilities of a trained model for all images, in order. Absent where the WASM backend is to be used: on WASM,
   * and on a GPU, where TensorFlow rounds the factors of matrix products to TF32.
   */
  readonly predict?: (model: LayersModel, images: ImageSource) => AsyncIterable<PredictedBatch>;
}

export interface SessionSettings extends StepSettings, OptimizerSettings {
  /** Seed of the dropout masks. */
  readonly seed: number;
  /** Decay of the averaged weights per training step; 0 averages nothing. */
  readonly emaDecay: number;
  /** The sizes of all batches to come. */
  readonly batchSizes: { readonly training: readonly number[]; readonly evaluation: readonly number[] };
}

/** A network in training: its parameters, its optimizer and the totals of the current epoch. */
export interface TrainingSession {
  /** Number of updates so far. */
  readonly step: number;
  /** Forward, backward, update. Nothing is read back: totals stay in the engine until `readTotals`. */
  train(batch: Batch, learningRate: number): void;
  /** Sums over the batch, without dropout; changes nothing. */
  evaluate(batch: Batch): Promise<BatchTotals>;
  /** Sums over the training steps since `startEpoch`. */
  readTotals(): Promise<EpochTotals>;
  startEpoch(): void;
  /** In the order of the model's weights. */
  readWeights(): Promise<WeightState[]>;
  dispose(): void;
}
