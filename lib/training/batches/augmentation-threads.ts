import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../installation/own-program';
import type { RowAugmenterOptions } from './row-augmenter';

/** Shared memory, in which a thread deforms the rows of one batch; both are [batch size, ...imageShape]. */
export interface BatchBuffer {
  readonly source: Uint8Array;
  readonly augmented: Uint8Array;
}

export interface ThreadData extends RowAugmenterOptions {
  readonly buffers: readonly BatchBuffer[];
}

export interface AugmentRequest {
  /** The position of the buffer. */
  readonly buffer: number;
  readonly rows: Int32Array;
  readonly epoch: number;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const ownThread = join(__dirname, 'augmentation-program');

/** Threads that deform batches, each one batch at a time, in the order of the requests. */
export class AugmentationThreads {
  readonly #workers: readonly Worker[];
  /** By the position of the buffer: a buffer has one request at a time. */
  readonly #waiting = new Map<number, Waiting>();
  #requestCount = 0;
  /** A thread has ended with it. */
  #failure: unknown;

  /** @param program - arguments of Node.js. @default this project's */
  constructor(data: ThreadData, threadCount: number, program: readonly string[] = ownProgram(ownThread)) {
    const [file, execArgv] = [program.at(-1)!, program.slice(0, -1)];
    this.#workers = Array.from({ length: threadCount }, () => {
      const worker = new Worker(file, { execArgv, workerData: data });
      worker.on('message', (buffer: number) => this.takeWaiting(buffer)?.resolve());
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', (code) =>
        this.fail(new Error(`A thread of the augmentation has ended with code ${code}.`)),
      );
      return worker;
    });
  }

  /** Deforms the source of a buffer. */
  async augment(request: AugmentRequest): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const worker = this.#workers[this.#requestCount % this.#workers.length]!;
    this.#requestCount += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.buffer, { resolve, reject });
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  private takeWaiting(buffer: number): Waiting | undefined {
    const waiting = this.#waiting.get(buffer);
    this.#waiting.delete(buffer);
    return waiting;
  }

  private fail(error: unknown): void {
    this.#failure ??= error;
    for (const buffer of this.#waiting.keys()) this.takeWaiting(buffer)?.reject(this.#failure);
  }
}
