import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';

/** Number of epochs without a lower validation loss after which `plateau` halves the learning rate. */
export const plateauPatienceEpochs = 2;

/** `one-cycle`: the part of the run in which the rate rises. */
const riseFraction = 0.2;

/** `one-cycle`: the first rate is the largest divided by this, as in PyTorch's OneCycleLR. */
const firstDivisor = 25;

type ScheduleSettings = Pick<RunConfig, 'learningRate' | 'schedule' | 'epochs' | 'warmupEpochs'>;

export interface SchedulePosition {
  /** Number of updates so far. */
  readonly step: number;
  readonly batchesPerEpoch: number;
  readonly history: readonly Epoch[];
}

/**
 * The learning rate of the next update. It depends only on the settings, the position and the history, so a resumed run
 * needs no extra state.
 *
 * - `constant`: the configured rate.
 * - `cosine`: decreases to 0 along half a cosine; Loshchilov and Hutter, arXiv:1608.03983, without restarts.
 * - `plateau`: halves after two epochs without a lower validation loss.
 * - `one-cycle`: rises linearly from a 25th of the rate to the rate over the first fifth of the run, then decreases to 0
 *   along half a cosine; after Smith and Topin, arXiv:1708.07120. Momentum does not change.
 *
 * A warm-up comes before the first three: the rate rises linearly from 0 over `warmupEpochs`. `cosine` then decreases over
 * the rest of the run, as Keras' CosineDecay with a warm-up does.
 */
export function learningRateAt(settings: ScheduleSettings, position: SchedulePosition): number {
  const { learningRate, schedule, epochs, warmupEpochs } = settings;
  const { step, batchesPerEpoch, history } = position;
  const steps = epochs * batchesPerEpoch;
  const warmupSteps = warmupEpochs * batchesPerEpoch;
  const warmup = step < warmupSteps ? step / warmupSteps : 1;
  switch (schedule) {
    case 'constant':
      return learningRate * warmup;
    case 'cosine':
      return step < warmupSteps
        ? learningRate * warmup
        : fallAlongCosine(learningRate, step - warmupSteps, steps - warmupSteps);
    case 'plateau':
      return (learningRate / 2 ** countPlateaus(history)) * warmup;
    case 'one-cycle':
      return oneCycle(learningRate, step, steps);
  }
}

/** From `highest` before the first of the steps to 0 after the last. */
function fallAlongCosine(highest: number, step: number, steps: number): number {
  return (highest / 2) * (1 + Math.cos((Math.PI * step) / steps));
}

function oneCycle(highest: number, step: number, steps: number): number {
  const riseSteps = riseFraction * steps;
  if (step >= riseSteps) return fallAlongCosine(highest, step - riseSteps, steps - riseSteps);
  const lowest = highest / firstDivisor;
  return lowest + (highest - lowest) * (step / riseSteps);
}

function countPlateaus(history: readonly Epoch[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  let waited = 0;
  let plateaus = 0;
  for (const { val_loss: loss } of history) {
    waited = loss < lowest ? 0 : waited + 1;
    lowest = Math.min(lowest, loss);
    if (waited < plateauPatienceEpochs) continue;
    plateaus += 1;
    waited = 0;
  }
  return plateaus;
}
