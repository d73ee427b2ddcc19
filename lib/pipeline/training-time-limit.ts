import { PermanentError, PipelineError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { trainingSpendingSchema } from '../contracts/results';
import { getJsonIfPresent, putJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/** Between two entries in spending.json, and how far each looks ahead. */
const entrySeconds = 30;

export interface BudgetOptions {
  readonly store: ObjectStore;
  readonly runId: string;
  /** Of all attempts together; 0 for no limit. */
  readonly secondsLimit: number;
  /** What the limit was made from, for messages. */
  readonly maxCostUsd: number;
  readonly now: () => Date;
}

/**
 * The seconds that a run's training may take, over all its attempts. `spending.json` counts those of earlier attempts
 * and looks half a minute ahead, so that an attempt that is killed has paid for what it did since its last entry.
 * Without a limit nothing is written.
 */
export class TrainingTimeLimit {
  readonly #startedAt: number;
  readonly #stop = new AbortController();
  /** Of the attempts before this one. */
  #secondsBefore = 0;
  /** What spending.json says. */
  #entered = 0;
  #entry: Promise<void> = Promise.resolve();

  private constructor(private readonly options: BudgetOptions) {
    this.#startedAt = options.now().getTime();
  }

  /** @throws PermanentError CostLimitExceeded when earlier attempts have spent it all. */
  static async open(options: BudgetOptions): Promise<TrainingTimeLimit> {
    const budget = new TrainingTimeLimit(options);
    if (options.secondsLimit === 0) return budget;
    budget.#secondsBefore = await readSpending(options);
    if (budget.#secondsBefore >= options.secondsLimit) throw budget.exceeded();
    await budget.enter(budget.seconds() + entrySeconds);
    return budget;
  }

  /** Aborted, with the error as its reason, once the limit is reached or the spending cannot be entered. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Counts what a checkpoint knows of, such as the attempts of a run before it was given a limit. */
  count(secondsOfCheckpoint: number): void {
    this.#secondsBefore = Math.max(this.#secondsBefore, secondsOfCheckpoint);
  }

  /** To be called often: between steps. */
  check(): void {
    const { secondsLimit } = this.options;
    if (secondsLimit === 0) return;
    const seconds = this.seconds();
    if (seconds >= secondsLimit) this.#stop.abort(this.exceeded());
    else if (seconds >= this.#entered) {
      this.enter(seconds + entrySeconds).catch((error: unknown) => this.#stop.abort(error));
    }
  }

  /**
   * Waits for the training, and for the last entry. An attempt that was stopped enters what it took, to the second.
   *
   * @param training - stops with `Interrupted` when `signal` is aborted.
   * @throws the budget's own reason where that was what stopped it.
   */
  async watch<Outcome>(training: Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await training;
      await this.#entry;
      return outcome;
    } catch (error) {
      if (!isInterruption(error) || this.options.secondsLimit === 0) throw error;
      await this.enter(this.seconds());
      throw this.signal.aborted ? this.signal.reason : error;
    }
  }

  private seconds(): number {
    return this.#secondsBefore + Math.max(0, this.options.now().getTime() - this.#startedAt) / 1000;
  }

  /** One after the other, so that the last is what stays. */
  private enter(seconds: number): Promise<void> {
    this.#entered = seconds;
    const { store, runId } = this.options;
    this.#entry = this.#entry.then(async () => {
      const key = objectKeys.trainingSpending(runId);
      await putJson(store, key, trainingSpendingSchema, { schemaVersion: 1, runId, seconds });
    });
    return this.#entry;
  }

  private exceeded(): PermanentError {
    const { runId, secondsLimit, maxCostUsd } = this.options;
    const seconds = this.seconds();
    return new PermanentError(
      'CostLimitExceeded',
      `The training of "${runId}" has taken ${seconds.toFixed(1)} s, and its limit of $${maxCostUsd} (maxCostUsd) buys ${secondsLimit.toFixed(1)} s of its machine. The steps it made are kept in a checkpoint: start a run with the same settings, a higher maxCostUsd and "resumeFrom": "${runId}", and it goes on from there.`,
      { evidence: { runId, seconds, secondsLimit, maxCostUsd } },
    );
  }
}

const isInterruption = (error: unknown) => error instanceof PipelineError && error.name === 'Interrupted';

async function readSpending({ store, runId }: BudgetOptions): Promise<number> {
  const key = objectKeys.trainingSpending(runId);
  return (await getJsonIfPresent(store, key, trainingSpendingSchema))?.seconds ?? 0;
}
