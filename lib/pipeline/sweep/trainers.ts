import type { RunConfig } from '../../contracts/run-config';
import { runTrial, SharedTraining } from '../run-trial';
import type { PipelineEvent, StepContext } from '../step-context';

/** What of a trial is trained. */
export interface TrialPart {
  readonly runId: string;
  readonly config: RunConfig;
  /** @default - to its end, with its evaluation */
  readonly pauseAfterEpoch?: number;
}

/** What trains trials: this process, or several. */
export interface Trainers {
  /** Trains one part. As many may be trained at once as there are processes. */
  train(
    part: TrialPart,
    notify: (event: PipelineEvent) => void,
    signal: AbortSignal,
  ): Promise<'paused' | 'finished'>;
  close(): Promise<void>;
}

/** Trains in this process, one trial at a time. */
export class OwnTrainer implements Trainers {
  readonly #shared: SharedTraining;
  /** Of the part that is trained. */
  #notify: StepContext['notify'] = () => {};

  constructor(private readonly context: StepContext) {
    this.#shared = new SharedTraining({ ...context, notify: (event) => this.#notify(event) });
  }

  train(part: TrialPart, notify: (event: PipelineEvent) => void, signal: AbortSignal) {
    this.#notify = notify;
    return runTrial(part, this.#shared, { ...this.context, notify, signal });
  }

  close(): Promise<void> {
    return this.#shared.close();
  }
}
