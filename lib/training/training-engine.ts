import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Environment } from '../contracts/results';
import type { LabeledImages } from '../dataset/load-split';
import type { Batch } from './batches';
import type { MlpLayers } from './mlp-layers';
import type { BatchTotals, EpochTotals, ParameterValues, TrainingState } from './training-state';

/** Runs training steps on this machine. One loop and one training step, any number of engines. */
export interface TrainingEngine {
  /** Written to training.json and run.json. */
  readonly environment: Environment;
  /** Starts or resumes a training from this state. */
  openSession(
    layers: MlpLayers,
    state: Pick<TrainingState, 'step' | 'parameters' | 'totals'>,
    settings: SessionSettings,
  ): TrainingSession;
  /**
   * Probabilities of a trained model, [count, classes], row-major. Absent where the WASM backend is to be used: on WASM,
   * and on a GPU, where TensorFlow rounds the factors of matrix products to TF32.
   */
  readonly predict?: (model: LayersModel, images: LabeledImages) => Promise<Float32Array>;
}

export interface SessionSettings {
  /** Seed of the dropout masks. */
  readonly seed: number;
  /** Maximum norm of all gradients together; 0 for no limit. */
  readonly clipNorm: number;
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
  readParameters(): Promise<ParameterValues[]>;
  dispose(): void;
}

/** Keras' defaults for Adam; Kingma and Ba, arXiv:1412.6980. */
export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
