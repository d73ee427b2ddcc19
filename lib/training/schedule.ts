import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';

/** Number of epochs without a lower validation loss after which `plateau` halves the learning rate. */
export const plateauPatienceEpochs = 2;

type ScheduleSettings = Pick<RunConfig, 'learningRate' | 'schedule' | 'epochs'>;

/**
 * The learning rate of the next update. It depends only on the history, so a resumed run needs no extra state.
 *
 * - `constant`: the configured rate.
 * - `cosine`: decreases to 0 along half a cosine; Loshchilov and Hutter, arXiv:1608.03983, without restarts.
 * - `plateau`: halves after two epochs without a lower validation loss.
 *
 * @param step - number of updates so far.
 */
export function learningRateAt(
  { learningRate, schedule, epochs }: ScheduleSettings,
  { step, batchesPerEpoch, history }: { step: number; batchesPerEpoch: number; history: readonly Epoch[] },
): number {
  switch (schedule) {
    case 'constant':
      return learningRate;
    case 'cosine':
      return (learningRate / 2) * (1 + Math.cos((Math.PI * step) / (epochs * batchesPerEpoch)));
    case 'plateau':
      return learningRate / 2 ** countPlateaus(history);
  }
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

/** The epoch with the lowest validation loss, the first of several; counted from 1. */
export function bestEpoch(history: readonly Epoch[]): number {
  const losses = history.map(({ val_loss: loss }) => loss);
  return losses.indexOf(Math.min(...losses)) + 1;
}

/** True when `patience` epochs have passed without a lower validation loss; never where patience is 0. */
export function shouldStopEarly(history: readonly Epoch[], patience: number): boolean {
  return patience > 0 && history.length > 0 && history.length - bestEpoch(history) >= patience;
}
