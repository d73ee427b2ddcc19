import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import type { Drawn, Sweep, SweepResults } from '../contracts/sweep';
import { bestEpoch } from '../schedule/early-stopping';

export interface Trial {
  /** From 1. */
  readonly trial: number;
  readonly runId: string;
  readonly drawn: Drawn;
  readonly config: RunConfig;
  /**
   * `waiting`: drawn, and no epoch is trained. `paused`: some are. `stopped`: paused for good, because its sweep is over.
   */
  readonly status: 'waiting' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed';
  readonly epochs: readonly Epoch[];
  /** See `valueAfter`; `undefined` before the first epoch. */
  readonly value: number | undefined;
  readonly seconds: number;
  /** US dollars; 0 for a trial on this machine. */
  readonly costUsd: number;
  readonly error?: { readonly name: string; readonly message: string };
}

/** A sweep, whole or in progress. Trials that are not drawn yet are absent. */
export interface SweepState {
  readonly sweep: Sweep;
  readonly trials: readonly Trial[];
  readonly winner?: NonNullable<SweepResults['winner']>;
  readonly summary?: NonNullable<SweepResults['summary']>;
}

/** What all trials and the winner have cost: US dollars, by list prices; 0 on this machine. */
export const sumCost = ({ trials, winner }: Pick<SweepState | SweepResults, 'trials' | 'winner'>): number =>
  trials.reduce((sum, { costUsd }) => sum + costUsd, winner?.costUsd ?? 0);

/**
 * What a trial is worth after some of its epochs: the metric of the epoch whose weights it has then. That is the last one;
 * with early stopping the one with the lowest validation loss.
 */
export function valueAfter(
  epochs: readonly Epoch[],
  { patience }: Pick<RunConfig, 'patience'>,
  metric: Sweep['metric'],
): number | undefined {
  const epoch = valueEpoch(epochs, { patience });
  return metric === 'validation-loss' ? epoch?.val_loss : epoch?.val_acc;
}

/** The epoch whose weights a trial has after some of its epochs. */
export const valueEpoch = (
  epochs: readonly Epoch[],
  { patience }: Pick<RunConfig, 'patience'>,
): Epoch | undefined => (patience > 0 ? epochs[bestEpoch(epochs) - 1] : epochs.at(-1));

/** A value of a metric, turned so that lower is better. A trial without a value is the worst. */
export function minimized(value: number | undefined, metric: Sweep['metric']): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  return metric === 'validation-loss' ? value : -value;
}

/** Orders trials, the best value first; of equal ones, the one with the lowest number. */
export const compareValues =
  (metric: Sweep['metric']) =>
  (a: Pick<Trial, 'value' | 'trial'>, b: Pick<Trial, 'value' | 'trial'>): number =>
    minimized(a.value, metric) - minimized(b.value, metric) || a.trial - b.trial;

/** Whether a trial is never trained again, unless its sweep is extended. */
export const isEnded = (status: Trial['status']): status is 'finished' | 'stopped' | 'failed' =>
  status === 'finished' || status === 'stopped' || status === 'failed';

/** The trial with the best value among those that are wholly trained; of equal ones, the one with the lowest number. */
export function bestTrial({
  sweep: { metric },
  trials,
}: Pick<SweepState, 'sweep' | 'trials'>): Trial | undefined {
  return trials.filter(({ status }) => status === 'finished').sort(compareValues(metric))[0];
}
