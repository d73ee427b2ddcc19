import type { Epoch } from '../contracts/results';
import type { StepName } from '../contracts/steps';
import type { ObjectStore } from '../store/object-store';

/** Progress of the steps, for the terminal, the structured log of a Lambda function, or a test. */
export type PipelineEvent =
  | { readonly type: 'step-started'; readonly step: StepName; readonly message: string }
  | { readonly type: 'note'; readonly message: string }
  /** Number of shards of the dataset that are made, from 0 to `count`. */
  | { readonly type: 'shards-progress'; readonly done: number; readonly count: number }
  | {
      readonly type: 'training-progress';
      readonly epoch: number;
      readonly epochs: number;
      /** Batches of this epoch that are done, of `batchesPerEpoch`. */
      readonly batch: number;
      readonly batchesPerEpoch: number;
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
