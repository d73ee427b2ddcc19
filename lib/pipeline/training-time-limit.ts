import { isNamed, PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { trainingSpendingSchema } from '../contracts/results';
import { sweepOfTrial } from '../contracts/sweep';
import { getJsonIfPresent, putJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/** Interval between two writes of spending.json; each write also records this much time in advance. */
const recordingSeconds = 30;

export interface TimeLimitOptions {
  readonly store: ObjectStore;
  readonly runId: string;
  /** For all attempts together; 0 for no limit. */
  readonly secondsLimit: number;
  /** The setting that `secondsLimit` was computed from, for messages. */
  readonly maxCostUsd: number;
  readonly now: () => Date;
}

/**
 * Limits the training time of a run, over all its attempts. `spending.json` records the training time used, always half a
 * minute in advance, so that it includes the time of a killed attempt since its last write. Without a limit nothing is
 * written.
 */
export class TrainingTimeLimit {
  readonly #startedAt: number;
  readonly #stop = new AbortController();
  /** Training time used by earlier attempts. */
  #secondsBefore = 0;
  /** The seconds in spending.json. */
  #recordedSeconds = 0;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(private readonly options: TimeLimitOptions) {
    this.#startedAt = options.now().getTime();
  }

  /** @throws PermanentError CostLimitExceeded if earlier attempts have used all the time. */
  static async open(options: TimeLimitOptions): Promise<TrainingTimeLimit> {
    const timeLimit = new TrainingTimeLimit(options);
    if (options.secondsLimit === 0) return timeLimit;
    timeLimit.#secondsBefore = await readRecordedSeconds(options);
    if (timeLimit.#secondsBefore >= options.secondsLimit) throw timeLimit.exceeded();
    await timeLimit.record(timeLimit.seconds() + recordingSeconds);
    return timeLimit;
  }

  /** Aborted, with the error as its reason, when the limit is reached or the used time cannot be recorded. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Adds earlier time that only the checkpoint knows, such as attempts of a run before it had a limit. */
  count(secondsOfCheckpoint: number): void {
    this.#secondsBefore = Math.max(this.#secondsBefore, secondsOfCheckpoint);
  }

  /** To be called often: between two batches. */
  check(): void {
    const { secondsLimit } = this.options;
    if (secondsLimit === 0) return;
    const seconds = this.seconds();
    if (seconds >= secondsLimit) this.#stop.abort(this.exceeded());
    else if (seconds >= this.#recordedSeconds) {
      this.record(seconds + recordingSeconds).catch((error: unknown) => this.#stop.abort(error));
    }
  }

  /**
   * Waits for the training and for the last write. A stopped attempt records its exact time.
   *
   * @param training - stops with `Interrupted` when `signal` is aborted.
   * @throws the reason of `signal` if the limit stopped the training, or else the error of the training.
   */
  async watch<Outcome>(training: Promise<Outcome>): Promise<Outcome> {
    try {
      const outcome = await training;
      await this.#lastWrite;
      return outcome;
    } catch (error) {
      if (!isInterruption(error)) throw error;
      await this.recordExactly();
      throw this.signal.aborted ? this.signal.reason : error;
    }
  }

  /** Without the advance, because the training ends here and continues later. */
  async recordExactly(): Promise<void> {
    if (this.options.secondsLimit > 0) await this.record(this.seconds());
  }

  private seconds(): number {
    return this.#secondsBefore + Math.max(0, this.options.now().getTime() - this.#startedAt) / 1000;
  }

  /** Writes one after the other, so that the last value remains. */
  private record(seconds: number): Promise<void> {
    this.#recordedSeconds = seconds;
    const { store, runId } = this.options;
    this.#lastWrite = this.#lastWrite.then(async () => {
      const key = objectKeys.trainingSpending(runId);
      await putJson(store, key, trainingSpendingSchema, { schemaVersion: 1, runId, seconds });
    });
    return this.#lastWrite;
  }

  private exceeded(): PermanentError {
    const { runId, secondsLimit, maxCostUsd } = this.options;
    const seconds = this.seconds();
    const [limit, remedy] =
      maxCostUsd === 0
        ? [
            'part of the cost limit of its sweep',
            `raise that limit to go on: mnist-pipeline sweep --cloud --sweep-id ${sweepOfTrial(runId) ?? runId} --max-cost-usd N.`,
          ]
        : [
            `limit of $${maxCostUsd} (maxCostUsd)`,
            `start a run with the same settings, a higher maxCostUsd and "resumeFrom": "${runId}" to resume from there.`,
          ];
    return new PermanentError(
      'CostLimitExceeded',
      `The training of "${runId}" has taken ${seconds.toFixed(1)} s, and its ${limit} pays for ${secondsLimit.toFixed(1)} s of its machine. A checkpoint keeps its progress: ${remedy}`,
      { evidence: { runId, seconds, secondsLimit, maxCostUsd } },
    );
  }
}

const isInterruption = (error: unknown) => isNamed(error, 'Interrupted');

async function readRecordedSeconds({ store, runId }: TimeLimitOptions): Promise<number> {
  const key = objectKeys.trainingSpending(runId);
  return (await getJsonIfPresent(store, key, trainingSpendingSchema))?.seconds ?? 0;
}
