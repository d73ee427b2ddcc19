import type { Sweep, SweepPrices } from '../../../lib/contracts/sweep';
import { forEachConcurrently } from '../../../lib/dataset/for-each-concurrently';
import { readPrices, readTrial } from '../../../lib/pipeline/sweep/read-sweep';
import type { ObjectStore } from '../../../lib/store/object-store';
import type { SweepState, Trial } from '../../../lib/sweep/sweep-state';

/** Of trials that are read. */
const trialsAtOnce = 16;
/** Trials that a poll reads again: those that changed last, and as many of the others in turn. A trial has up to five objects. */
const mostRecent = 100;
const mostOfOthers = 100;

interface Watched {
  readonly trial: Trial;
  /** The poll that found it changed. */
  readonly changedIn: number;
}

/**
 * Reads a sweep that runs in AWS again and again. Trials that have ended are read once; of many that are open, each poll
 * reads some.
 */
export class SweepWatch {
  readonly #watched: Watched[] = [];
  #prices: SweepPrices | undefined;
  #polls = 0;
  /** The number of the trial after which the next poll goes on with those that did not change. */
  #cursor = 0;

  constructor(
    private readonly store: ObjectStore,
    readonly sweep: Sweep,
  ) {}

  get state(): SweepState {
    return { sweep: this.sweep, trials: this.#watched.map(({ trial }) => trial) };
  }

  /** @returns the trials that have changed, as they are now. Those that were drawn since are among them. */
  async poll(): Promise<Trial[]> {
    return this.read(this.chooseDue());
  }

  /** Reads all that are open. */
  async readAll(): Promise<Trial[]> {
    return this.read(this.open.map(({ trial }) => trial.trial));
  }

  private async read(due: readonly number[]): Promise<Trial[]> {
    this.#polls += 1;
    const { sweepId } = this.sweep;
    this.#prices ??= await readPrices(this.store, sweepId);
    await forEachConcurrently(due, trialsAtOnce, (trial) => this.refresh(trial));
    while (await this.readDrawn()) {}
    return this.#watched.filter(({ changedIn }) => changedIn === this.#polls).map(({ trial }) => trial);
  }

  private get open(): Watched[] {
    return this.#watched.filter(({ trial: { status } }) => status !== 'finished' && status !== 'failed');
  }

  private chooseDue(): number[] {
    const byRecency = this.open.sort((a, b) => b.changedIn - a.changedIn);
    const numbers = byRecency.map(({ trial }) => trial.trial);
    const others = numbers.slice(mostRecent).sort((a, b) => a - b);
    const next = others.findIndex((trial) => trial > this.#cursor);
    const inTurn = next === -1 ? others : [...others.slice(next), ...others.slice(0, next)];
    const chosen = inTurn.slice(0, mostOfOthers);
    this.#cursor = chosen.at(-1) ?? 0;
    return [...numbers.slice(0, mostRecent), ...chosen];
  }

  private async refresh(number: number): Promise<void> {
    const before = this.#watched[number - 1]!.trial;
    const trial = await this.readOne(number);
    if (trial === undefined) return;
    if (trial.status !== before.status || trial.epochs.length !== before.epochs.length)
      this.#watched[number - 1] = { trial, changedIn: this.#polls };
  }

  /** @returns whether there may be more. */
  private async readDrawn(): Promise<boolean> {
    const known = this.#watched.length;
    const count = Math.min(trialsAtOnce, this.sweep.trialCount - known);
    const numbers = Array.from({ length: count }, (_, index) => known + index + 1);
    for (const trial of await Promise.all(numbers.map((number) => this.readOne(number)))) {
      if (trial === undefined) return false;
      this.#watched.push({ trial, changedIn: this.#polls });
    }
    return count > 0;
  }

  private async readOne(number: number): Promise<Trial | undefined> {
    const trial = await readTrial(this.store, this.sweep, number, this.#prices);
    return trial && markRunning(trial, this.sweep);
  }
}

/** The bucket does not say which trials are trained now: those that are between two rungs, unless they failed a moment ago. */
export function markRunning(trial: Trial, { rungs }: Sweep): Trial {
  const isAtRung = rungs.slice(0, -1).includes(trial.epochs.length);
  return trial.status === 'paused' && !isAtRung ? { ...trial, status: 'running' } : trial;
}
