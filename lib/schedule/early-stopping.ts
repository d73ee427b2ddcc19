import type { Epoch } from '../contracts/results';

/** The epoch with the lowest validation loss, the first of several; counted from 1. */
export function bestEpoch(history: readonly Epoch[]): number {
  const losses = history.map(({ val_loss: loss }) => loss);
  return losses.indexOf(Math.min(...losses)) + 1;
}

/** True when `patience` epochs have passed without a lower validation loss; never where patience is 0. */
export function shouldStopEarly(history: readonly Epoch[], patience: number): boolean {
  return patience > 0 && history.length > 0 && history.length - bestEpoch(history) >= patience;
}
