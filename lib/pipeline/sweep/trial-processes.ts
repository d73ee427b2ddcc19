import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createError, PermanentError, TransientError } from '../../contracts/errors';
import { availableMemory, processesVariable } from '../../dataset/image-memory';
import { ownProgram } from '../../installation/own-program';
import type { ObjectStore } from '../../store/object-store';
import type { PipelineEvent } from '../step-context';
import type { Trainers, TrialPart } from './trainers';
import type { TrialReport, TrialRequest } from './trial-messages';

/** A training of the default network on MNIST has 760 MiB at its peak. */
const processBytes = 800 * 2 ** 20;

const ownProcess = join(__dirname, 'trial-program');
/** A process that was told to stop and does not is killed; a training step of a large network takes seconds. */
const patienceMilliseconds = 60_000;

/**
 * Trains trials in processes of their own, because a training blocks its thread. The cores are shared among them, and each
 * takes its share of the memory.
 */
export class TrialProcesses implements Trainers {
  readonly #idle: ChildProcess[] = [];
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
    const child = this.#idle.pop() ?? this.start();
    const stop = () => child.connected && child.send({ type: 'stop' } satisfies TrialRequest);
    signal.addEventListener('abort', stop);
    try {
      const outcome = await followPart(child, part, notify);
      if (signal.aborted) stop();
      this.#idle.push(child);
      return outcome;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map(endProcess));
  }

  private start(): ChildProcess {
    const [file, execArgv] = splitProgram(ownProgram(ownProcess));
    const threads = String(Math.max(1, Math.floor(availableParallelism() / this.count)));
    const child = fork(file, [this.store.location], {
      execArgv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        // Read by native TensorFlow; WASM has one thread.
        TF_NUM_INTRAOP_THREADS: threads,
        TF_NUM_INTEROP_THREADS: threads,
        [processesVariable]: String(this.count),
      },
    });
    this.#all.add(child);
    child.once('exit', () => this.#all.delete(child));
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
    child.send({ type: 'train', part } satisfies TrialRequest);
  });
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
