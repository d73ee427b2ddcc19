import { createError, type ErrorName, isNamed, type PipelineError } from '../../contracts/errors';
import { type Sweep, trialRunId } from '../../contracts/sweep';
import { nextJobs } from '../../sweep/next-jobs';
import type { Job } from '../../sweep/stopping/job';
import type { SweepState, Trial } from '../../sweep/sweep-state';
import type { PipelineEvent, StepContext } from '../step-context';
import { drawAndStore } from './draw-trial';
import { readTrial, readTrials } from './read-sweep';
import { recordFailures } from './record-failures';
import type { Trainers } from './trainers';

/** Of the training of one trial; the same settings meet them again. */
const trialErrors: readonly ErrorName[] = ['TrainingDiverged'];

export interface SweepObserver {
  /** A trial has started, or its job has ended. */
  readonly onChange: (state: SweepState, ended?: Trial) => Promise<void>;
  readonly onEvent: (event: PipelineEvent, trial: number) => void;
}

/**
 * Runs the jobs of a sweep until there are none. What is done is in the store: stopped or killed at any moment, it goes on
 * from there.
 *
 * @returns the state in which no trial is left to train.
 * @throws the error of a trial when more have failed than `maxFailed`; any other error of a training, when the other
 *   running trials have stopped.
 */
export async function runSweep(
  sweep: Sweep,
  trainers: Trainers,
  context: StepContext,
  observer: SweepObserver,
): Promise<SweepState> {
  const runner = new SweepRunner(sweep, await readTrials(context.store, sweep), trainers, context, observer);
  return runner.run();
}

class SweepRunner {
  readonly #running = new Map<number, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(
    private readonly sweep: Sweep,
    private readonly trials: Trial[],
    private readonly trainers: Trainers,
    private readonly context: StepContext,
    private readonly observer: SweepObserver,
  ) {}

  async run(): Promise<SweepState> {
    try {
      for (;;) {
        this.assertFewFailed();
        for (const job of nextJobs(this.state)) await this.start(job);
        if (this.#running.size === 0) return this.state;
        await Promise.race(this.#running.values());
      }
    } catch (error) {
      this.#stop.abort();
      await Promise.allSettled(this.#running.values());
      throw error;
    }
  }

  private get state(): SweepState {
    return { sweep: this.sweep, trials: [...this.trials] };
  }

  private async start(job: Job): Promise<void> {
    const { store } = this.context;
    const trial = this.trials[job.trial - 1] ?? (await drawAndStore(store, this.state, job.trial));
    await this.replace({ ...trial, status: 'running' });
    const ended = this.train(trial, job).finally(() => this.#running.delete(job.trial));
    // Its error is met by the race or at the end.
    ended.catch(() => {});
    this.#running.set(job.trial, ended);
  }

  private async train({ trial, runId, config }: Trial, { untilEpoch }: Job): Promise<void> {
    const { store, signal } = this.context;
    const pause = untilEpoch < config.epochs ? { pauseAfterEpoch: untilEpoch } : {};
    const notify = (event: PipelineEvent) => this.observer.onEvent(event, trial);
    try {
      await this.trainers.train(
        { runId, config, ...pause },
        notify,
        AbortSignal.any([signal, this.#stop.signal]),
      );
    } catch (error) {
      await this.fail(trial, error);
    }
    const ended = (await readTrial(store, this.sweep, trial))!;
    await this.replace(ended, ended);
  }

  /** @throws the error unless it is the trial's own. */
  private async fail(trial: number, error: unknown): Promise<void> {
    // Before any epoch, it may as well be the dataset that all trials have.
    const hasTrained = this.trials.some(({ epochs }) => epochs.length > 0);
    const own = hasTrained ? [...trialErrors, 'InvalidInput' as const] : trialErrors;
    if (!isNamed(error, ...own)) throw error;
    const { name, message } = error;
    await recordFailures(this.sweep.sweepId, new Map([[trial, { name, message }]]), this.context);
  }

  private async replace(trial: Trial, ended?: Trial): Promise<void> {
    this.trials[trial.trial - 1] = trial;
    await this.observer.onChange(this.state, ended);
  }

  private assertFewFailed(): void {
    const failed = this.trials.filter(({ status }) => status === 'failed');
    const { sweepId, maxFailed, trialCount } = this.sweep;
    const last = failed.at(-1);
    if (last === undefined || failed.length <= maxFailed) return;
    // A sweep in which all trials failed says so, with its table.
    if (failed.length === trialCount && trialCount > 1 && maxFailed >= trialCount - 1) return;
    const { name, message } = last.error!;
    throw createError(
      name as PipelineError['name'],
      `${failed.length === 1 ? 'A trial has' : `${failed.length} trials have`} failed, and ${maxFailed} may fail (--max-failed). Trial ${last.trial}, ${trialRunId(sweepId, last.trial)}: ${message}`,
      { evidence: { sweepId, trial: last.trial, failed: failed.length, maxFailed } },
    );
  }
}
