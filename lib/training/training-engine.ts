import type { Environment } from '../contracts/results';
import type { Batch } from './batches';
import type { MlpLayers } from './mlp-layers';
import type { BatchTotals, EpochTotals, ParameterValues, TrainingState } from './training-state';

/** Something that can run the training loop on this machine. One loop and one training step, any number of engines. */
export interface TrainingEngine {
  /** Goes to training.json and run.json as it is. */
  readonly environment: Environment;
  /** Takes a training up from where the state stands. */
  openSession(
    stack: MlpLayers,
    state: Pick<TrainingState, 'step' | 'parameters' | 'totals'>,
    settings: SessionSettings,
  ): TrainingSession;
}

export interface SessionSettings {
  /** Of the dropout masks. */
  readonly seed: number;
  /** The largest norm of all gradients together; 0 for any. */
  readonly clipNorm: number;
}

/** A stack of dense layers in training: its parameters, its optimizer and the totals of the epoch under way. */
export interface TrainingSession {
  /** Updates so far. */
  readonly step: number;
  /** Forward, backward, update. Nothing is read back: totals stay with the engine until `readTotals`. */
  train(batch: Batch, learningRate: number): void;
  /** Sums over the batch with dropout off; changes nothing. */
  evaluate(batch: Batch): Promise<BatchTotals>;
  /** What the steps since `startEpoch` add up to. */
  readTotals(): Promise<EpochTotals>;
  startEpoch(): void;
  readParameters(): Promise<ParameterValues[]>;
  dispose(): void;
}

/** Keras' defaults for Adam; Kingma and Ba, arXiv:1412.6980. */
export const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
