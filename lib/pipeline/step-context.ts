import type { Epoch } from '../contracts/results';
import type { StepName } from '../contracts/steps';
import type { ObjectStore } from '../store/object-store';

/** What the steps tell whoever watches: the terminal, a Lambda's structured log, a test. */
export type PipelineEvent =
  | { readonly type: 'step-started'; readonly step: StepName; readonly message: string }
  | { readonly type: 'note'; readonly message: string }
  /** How many shards of a dataset are made, from 0 to all of them. */
  | { readonly type: 'shards-progress'; readonly done: number; readonly count: number }
  | {
      readonly type: 'training-progress';
      readonly epoch: number;
      readonly epochs: number;
      /** Steps done in this epoch, of `stepsPerEpoch`. */
      readonly step: number;
      readonly stepsPerEpoch: number;
    }
  | { readonly type: 'epoch-finished'; readonly epoch: Epoch; readonly epochs: number };

/** Everything a step may touch besides its input. */
export interface StepContext {
  readonly store: ObjectStore;
  /** The current time; fixed in tests. */
  readonly now: () => Date;
  readonly notify: (event: PipelineEvent) => void;
  /** Aborted by Ctrl-C or SIGTERM; long steps check it and stop with `Interrupted`. */
  readonly signal: AbortSignal;
}
