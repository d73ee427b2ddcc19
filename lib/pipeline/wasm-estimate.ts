import type { KerasGraph } from '../model/keras-graph';
import { hasConvolutions } from '../model/network-weights';
import { formatSeconds } from '../report/format-values';
import type { TrainingOptions } from '../training/train-model';
import type { TrainingEngine } from '../training/training-engine';

export interface WasmEstimateOptions {
  readonly network: KerasGraph;
  readonly engine: Pick<TrainingEngine, 'environment'>;
  readonly epochs: number;
  readonly now: () => Date;
  readonly log: (message: string) => void;
}

/** Training steps that are measured, after the first one, which also compiles. */
const measuredSteps = 3;

/** Warns once that a convolutional network takes long on WASM. Nothing is said about other networks and engines. */
export function estimateOnWasm({
  network,
  engine,
  epochs,
  now,
  log,
}: WasmEstimateOptions): TrainingOptions['onBatch'] {
  const isSlow = engine.environment.engine === 'wasm' && hasConvolutions(network);
  let stepCount = 0;
  let firstStepAt = 0;
  return ({ epoch, batch, batchesPerEpoch }) => {
    stepCount += 1;
    if (!isSlow || stepCount > 1 + measuredSteps) return;
    if (stepCount === 1) firstStepAt = now().getTime();
    if (stepCount === 1 + measuredSteps) {
      const seconds = (now().getTime() - firstStepAt) / 1000 / measuredSteps;
      const remaining = epochs * batchesPerEpoch - ((epoch - 1) * batchesPerEpoch + batch);
      log(
        `A convolutional network trains slowly on WASM: ${formatSeconds(seconds)} a training step, which makes about ${formatSeconds(seconds * remaining)} for the remaining ${remaining.toLocaleString('en')}, without the validation. Native TensorFlow takes a fraction of it; mnist-pipeline doctor says what this machine lacks for it.`,
      );
    }
  };
}
