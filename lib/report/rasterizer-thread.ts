import { Worker } from 'node:worker_threads';

export interface DrawRequest {
  readonly id: number;
  readonly svg: string;
  readonly scale: number;
}

export type DrawAnswer = { readonly id: number } & (
  | { readonly png: Uint8Array }
  | { readonly error: unknown }
);

interface Waiting {
  readonly resolve: (png: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Draws on another thread, one image after the other. It keeps the process alive only while it draws. */
export class RasterizerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  /** The thread has ended with it. */
  #failure: unknown;

  constructor(program: string) {
    this.#worker = new Worker(program);
    this.#worker.unref();
    this.#worker.on('message', (answer: DrawAnswer) => this.settle(answer));
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const id of this.#waiting.keys()) this.settle({ id, error });
    });
  }

  async draw(svg: string, scale: number): Promise<Uint8Array> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, svg, scale } satisfies DrawRequest);
    });
  }

  private settle(answer: DrawAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('png' in answer) waiting?.resolve(answer.png);
    else waiting?.reject(answer.error);
  }
}
