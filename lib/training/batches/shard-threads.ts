import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PermanentError } from '../../contracts/errors';
import type { RowTarget, ShardFile } from '../../dataset/read-shard';
import { ownProgram } from '../../installation/own-program';

export interface UnpackRequest {
  readonly id: number;
  readonly file: ShardFile;
  /** Shared memory. */
  readonly target: RowTarget;
}

export interface UnpackAnswer {
  readonly id: number;
  /** Why the shard is corrupt. */
  readonly problem?: Pick<PermanentError, 'message' | 'evidence'>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const ownThread = join(__dirname, 'shard-program');
/** As many as there are shards in work at a time. A shard takes up to 35 MiB, and twice that for a moment. */
const threadCount = 2;

/** Threads that decompress and convert shards while this one trains. */
export class ShardThreads {
  readonly #program: readonly string[];
  /** Started when there is a shard to unpack. */
  #workers: readonly Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #requestCount = 0;
  /** A thread has ended with it. */
  #failure: unknown;

  /** @param program - arguments of Node.js. @default this project's */
  constructor(program: readonly string[] = ownProgram(ownThread)) {
    this.#program = program;
  }

  /** @throws PermanentError CorruptArtifact as `unpackShard` does. */
  readonly unpack = async (file: ShardFile, target: RowTarget): Promise<void> => {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#workers.length === 0) this.#workers = this.start();
    const id = this.#requestCount;
    this.#requestCount += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#workers[id % threadCount]!.postMessage({ id, file, target } satisfies UnpackRequest);
    });
  };

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  private start(): Worker[] {
    const [file, execArgv] = [this.#program.at(-1)!, this.#program.slice(0, -1)];
    return Array.from({ length: threadCount }, () => {
      const worker = new Worker(file, { execArgv });
      worker.on('message', (answer: UnpackAnswer) => this.settle(answer));
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', (code) =>
        this.fail(new Error(`A thread that reads shards has ended with code ${code}.`)),
      );
      return worker;
    });
  }

  private settle({ id, problem }: UnpackAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (problem === undefined) waiting?.resolve();
    else waiting?.reject(new PermanentError('CorruptArtifact', problem.message, problem));
  }

  private fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
