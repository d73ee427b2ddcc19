import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createError, PermanentError, TransientError } from '../../contracts/errors';
import type { RunConfig } from '../../contracts/run-config';
import type { Sweep } from '../../contracts/sweep';
import { availableMemory, processesVariable } from '../../dataset/image-memory';
import { ownProgram } from '../../installation/own-program';
import type { ObjectStore } from '../../store/object-store';
import type { PipelineEvent } from '../step-context';
import type { Trainers, TrialPart } from './trainers';
import type { TrialReport, TrialRequest } from './trial-messages';

/** What decides the kernels of native TensorFlow. A process keeps those that it loaded first. */
const needsOf = ({ model, device }: RunConfig) => `${model} ${device}`;

/** Whether trials of a space may need other kernels than each other. */
export const haveOtherNeeds = ({ space }: Pick<Sweep, 'space'>): boolean =>
  ['model', 'preset', 'device'].some((name) => space[name] !== undefined);

/** A training of the default network on MNIST has 760 MiB at its peak. */
const processBytes = 800 * 2 ** 20;

const ownProcess = join(__dirname, 'trial-program');
/** A process that was told to stop and does not is killed; a training step of a large network takes seconds. */
const patienceMilliseconds = 60_000;

/**
 * Trains trials in processes of their own, because a training blocks its thread, or because they need other kernels. The
 * cores are shared among them, and each takes its share of the memory.
 */
export class TrialProcesses implements Trainers {
  #idle: { readonly child: ChildProcess; readonly needs: string }[] = [];
  readonly #all = new Set<ChildProcess>();

  /** @throws PermanentError InvalidInput for more processes than there is memory for. */
  constructor(
    private readonly store: ObjectStore,
    private readonly count: number,
    memoryBytes = availableMemory(),
  ) {
    const most = Math.max(1, Math.floor(memoryBytes / processBytes));
    if (count <= most) return;
    throw new PermanentError(
      'InvalidInput',
      `${count} trials side by side (--max-parallel) need ${toGib(count * processBytes)} GiB for their processes alone, and this machine has ${toGib(memoryBytes)} GiB. At most ${most} fit.`,
      { evidence: { count, most, memoryBytes } },
    );
  }

  async train(
    part: TrialPart,
    notify: (event: PipelineEvent) => void,
    signal: AbortSignal,
  ): Promise<'paused' | 'finished'> {
    const needs = needsOf(part.config);
    const child = await this.takeProcess(needs);
    const stop = () => request(child, { type: 'stop' });
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      const outcome = await followPart(child, part, notify);
      if (signal.aborted) stop();
      return outcome;
    } finally {
      signal.removeEventListener('abort', stop);
      // Also after a failure that it reports, such as a diverged loss: it lives, and has its memory.
      if (this.#all.has(child)) this.#idle.push({ child, needs });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map(endProcess));
  }

  /**
   * A process that waits ends where its place is needed for a trial with other needs: there is memory for `count` of them.
   */
  private async takeProcess(wanted: string): Promise<ChildProcess> {
    const place = this.#idle.findIndex(({ child, needs }) => needs === wanted && child.connected);
    if (place !== -1) return this.#idle.splice(place, 1)[0]!.child;
    const other = this.#all.size < this.count ? undefined : this.#idle.shift();
    if (other !== undefined) await endProcess(other.child);
    return this.start();
  }

  private start(): ChildProcess {
    const [file, execArgv] = splitProgram(ownProgram(ownProcess));
    const threads = String(Math.max(1, Math.floor(availableParallelism() / this.count)));
    // Read by native TensorFlow; WASM has one thread. One at a time has those of a run by itself.
    const ownThreads = this.count > 1 && { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: threads };
    const child = fork(file, [this.store.location], {
      execArgv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...ownThreads, [processesVariable]: String(this.count) },
    });
    this.#all.add(child);
    child.once('exit', () => {
      this.#all.delete(child);
      this.#idle = this.#idle.filter((idle) => idle.child !== child);
    });
    return child;
  }
}

const toGib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);

const splitProgram = (program: readonly string[]) => [program.at(-1)!, program.slice(0, -1)] as const;

function followPart(
  child: ChildProcess,
  part: TrialPart,
  notify: (event: PipelineEvent) => void,
): Promise<'paused' | 'finished'> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      child.removeListener('message', onReport);
      child.removeListener('exit', onExit);
      end();
    };
    const onReport = (report: TrialReport) => {
      if (report.type === 'event') notify(report.event);
      else if (report.type === 'ended') settle(() => resolve(report.outcome));
      else settle(() => reject(toError(report)));
    };
    const onExit = (code: number | null, killedBy: NodeJS.Signals | null) =>
      settle(() => reject(endedEarly(part, code, killedBy)));
    child.on('message', onReport);
    child.on('exit', onExit);
    request(child, { type: 'train', part });
  });
}

/** To a process that is ending, a message cannot be sent: its exit, which follows, is what is reported. */
function request(child: ChildProcess, message: TrialRequest): void {
  child.send(message, () => {});
}

function toError(report: Extract<TrialReport, { type: 'failed' | 'crashed' }>): Error {
  if (report.type === 'crashed') return new Error(`A process that trains trials: ${report.stack}`);
  const { name, message, evidence } = report;
  return createError(name, message, { evidence });
}

/** Such as by the system, for its memory. What it has trained since its last checkpoint is trained again. */
function endedEarly({ runId }: TrialPart, code: number | null, killedBy: string | null): TransientError {
  const how = killedBy === null ? `with code ${code}` : `by ${killedBy}`;
  return new TransientError('Interrupted', `The process that trained ${runId} was ended ${how}.`, {
    evidence: { runId, code, killedBy },
  });
}

function endProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMilliseconds);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.connected) child.disconnect();
  });
}
