import type { Epoch } from '../../lib/contracts/results';
import { runConfigSchema } from '../../lib/contracts/run-config';
import type { Sweep } from '../../lib/contracts/sweep';
import { nextJobs } from '../../lib/sweep/next-jobs';
import type { Job } from '../../lib/sweep/stopping/job';
import type { SweepState, Trial } from '../../lib/sweep/sweep-state';

export const makeSweep = (changes: Partial<Sweep> = {}): Sweep => ({
  schemaVersion: 1,
  sweepId: 'sweep',
  createdAt: '2026-11-26T12:00:00.000Z',
  settings: {},
  space: {},
  trialCount: 9,
  sampler: 'random',
  samplerSeed: 1,
  stop: 'none',
  rungs: [9],
  metric: 'validation-loss',
  maxParallel: 1,
  maxFailed: 0,
  maxCostUsd: 0,
  ...changes,
});

export function makeEpochs(losses: readonly number[]): Epoch[] {
  return losses.map((loss, index) => ({
    ...{ epoch: index + 1, loss, acc: 0.5, val_loss: loss, val_acc: 1 / (1 + loss), seconds: 1 },
  }));
}

export const makeTrial = (trial: number, losses: readonly number[], changes: Partial<Trial> = {}): Trial => ({
  trial,
  runId: `sweep-${trial}`,
  drawn: {},
  config: runConfigSchema.parse({}),
  status: losses.length === 0 ? 'waiting' : 'paused',
  epochs: makeEpochs(losses),
  value: losses.at(-1),
  seconds: losses.length,
  costUsd: 0,
  ...changes,
});

/** What each trial would do, by its index. */
export interface Fate {
  /** The validation loss after every epoch. */
  readonly loss: number;
  /** The epoch at which it fails; `undefined` for never. */
  readonly failsAt: number | undefined;
}

/** Sweeps whose trials have a constant loss; they end in the order that `choose` gives. */
export class SimulatedSweep {
  trials: Trial[] = [];
  readonly started: Job[] = [];
  #running: Job[] = [];

  constructor(
    readonly sweep: Sweep,
    private readonly fates: readonly Fate[],
  ) {}

  get state(): SweepState {
    return { sweep: this.sweep, trials: this.trials };
  }

  get running(): readonly Job[] {
    return this.#running;
  }

  /** Starts what `nextJobs` says. @returns these jobs */
  start(): Job[] {
    const jobs = nextJobs(this.state);
    for (const job of jobs) this.replace(job.trial, { status: 'running' });
    this.#running.push(...jobs);
    this.started.push(...jobs);
    return jobs;
  }

  /** Ends one of the running jobs. */
  end(choice: number): void {
    const [job] = this.#running.splice(choice % this.#running.length, 1);
    const { loss, failsAt = Number.POSITIVE_INFINITY } = this.fates[job!.trial - 1]!;
    const isWhole = job!.untilEpoch === this.sweep.rungs.at(-1);
    if (failsAt <= job!.untilEpoch) this.train(job!.trial, failsAt - 1, 'failed', loss);
    else this.train(job!.trial, job!.untilEpoch, isWhole ? 'finished' : 'paused', loss);
  }

  /** The process is killed: what ran has trained some of its epochs. */
  kill(choice: number): void {
    for (const { trial, untilEpoch } of this.#running) {
      const { length } = this.trials[trial - 1]!.epochs;
      const trained = length + (choice % Math.max(1, untilEpoch - length));
      this.train(trial, trained, trained === 0 ? 'waiting' : 'paused', this.fates[trial - 1]!.loss);
    }
    this.#running = [];
  }

  private train(trial: number, epochs: number, status: Trial['status'], loss: number): void {
    this.replace(trial, makeTrial(trial, Array(epochs).fill(loss), { status }));
  }

  private replace(trial: number, changes: Partial<Trial>): void {
    this.trials = [...this.trials];
    this.trials[trial - 1] = { ...(this.trials[trial - 1] ?? makeTrial(trial, [])), ...changes };
  }

  run(choices: readonly number[] = [0]): void {
    for (let step = 0; ; step += 1) {
      this.start();
      if (this.#running.length === 0) return;
      this.end(choices[step % choices.length]!);
    }
  }

  epochsOf(): number[] {
    return this.trials.map(({ epochs }) => epochs.length);
  }
}
