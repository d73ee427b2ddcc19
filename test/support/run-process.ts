import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createRandom } from '../../lib/random/seeded-random';

const program = join(__dirname, '../../cli/mnist-pipeline.js');
const pollMilliseconds = 2;

/** A run `run` in a separate process, as a user starts it. */
export class RunProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  #hasExited = false;

  /** @param settings - options of `train`. */
  constructor(store: string, settings: readonly string[]) {
    const args = ['train', ...settings, '--store', store, '--run-id', 'run', '--quiet'];
    // `npm run test:gpu` sets it for the tests inside jest, whose process.env C++ does not see. A run sets it itself.
    const { TF_DETERMINISTIC_OPS: _, ...env } = process.env;
    this.#child = spawn(process.execPath, [program, ...args], { stdio: 'ignore', env });
    this.exited = new Promise((resolve) => {
      this.#child.on('exit', (exitCode) => {
        this.#hasExited = true;
        resolve(exitCode);
      });
    });
  }

  /** Resolves when `isReached`, or when the process has exited. */
  async waitUntil(isReached: () => boolean): Promise<void> {
    while (!this.#hasExited && !isReached()) await setTimeout(pollMilliseconds);
  }

  /** @returns the exit code; `null` when the signal was not handled. */
  stop(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}

export const weightsOf = (store: string) => readFileSync(join(store, 'runs/run/model/weights.bin'));
export const isPublished = (store: string) => existsSync(join(store, 'runs/run/run.json'));

/** The training steps of earlier processes from which the run resumed. */
export function resumedFromStep(store: string): number {
  return JSON.parse(readFileSync(join(store, 'runs/run/training.json'), 'utf8')).resumedFromStep;
}

/** Kills a process at random times after its first checkpoint, and starts it again, until it was killed so many times. */
export async function killAtRandom(
  folder: string,
  settings: readonly string[],
  { kills: killsWanted, withinMilliseconds }: { readonly kills: number; readonly withinMilliseconds: number },
): Promise<{ readonly stores: readonly string[] }> {
  const random = createRandom(2026);
  const stores: string[] = [];
  let kills = 0;
  while (kills < killsWanted) {
    const store = join(folder, `random-${stores.length}`);
    stores.push(store);
    while (kills < killsWanted && !isPublished(store)) {
      const before = newestCheckpoint(store);
      const run = new RunProcess(store, settings);
      await run.waitUntil(() => newestCheckpoint(store) !== before);
      await setTimeout(withinMilliseconds * (random() / 2 ** 32));
      if ((await run.stop('SIGKILL')) === null) kills += 1;
    }
    if (!isPublished(store)) expect(await new RunProcess(store, settings).exited).toBe(0);
  }
  return { stores };
}

/** The time of the latest checkpoint; 0 for none. */
export function newestCheckpoint(store: string): number {
  const slots = [0, 1].map((slot) => join(store, `checkpoints/run/slot-${slot}.safetensors`));
  return Math.max(0, ...slots.filter((slot) => existsSync(slot)).map((slot) => statSync(slot).mtimeMs));
}
