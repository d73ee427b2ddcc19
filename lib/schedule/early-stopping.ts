import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';

/** The epoch with the lowest validation loss, the first of several; counted from 1. */
export function bestEpoch(history: readonly Epoch[]): number {
  const losses = history.map(({ val_loss: loss }) => loss);
  return losses.indexOf(Math.min(...losses)) + 1;
}

/** True when `patience` epochs have passed without a lower validation loss; never where patience is 0. */
export function shouldStopEarly(history: readonly Epoch[], patience: number): boolean {
  return patience > 0 && history.length > 0 && history.length - bestEpoch(history) >= patience;
}

/** All epochs are trained, or early stopping has ended the training. */
export function isTrainingOver(
  history: readonly Epoch[],
  { epochs, patience }: Pick<RunConfig, 'epochs' | 'patience'>,
): boolean {
  return history.length >= epochs || shouldStopEarly(history, patience);
}

/**
 * The number of epochs with which a training pauses; `undefined` if it goes on, or is over. A training that is past its
 * pause already does not go on either.
 */
export function pausedAfter(
  history: readonly Epoch[],
  settings: Pick<RunConfig, 'epochs' | 'patience'>,
  pauseAfterEpoch: number | undefined,
): number | undefined {
  const isDue = pauseAfterEpoch !== undefined && history.length >= pauseAfterEpoch;
  return isDue && !isTrainingOver(history, settings) ? history.length : undefined;
}
