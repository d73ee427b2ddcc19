import { availableParallelism } from 'node:os';
import type { AugmentationSettings } from '../../augmentation/augmentation-settings';
import type { RunConfig } from '../../contracts/run-config';
import type { LabeledImages } from '../../dataset/load-split';
import { AugmentationThreads, type BatchBuffer } from './augmentation-threads';
import { type Batch, type BatchSource, copyPixels, takeLabels } from './batches';

/** More would take the cores that the training step computes on. */
const maxThreads = 8;
/** Of all buffers; there are two in any case. */
const maxBufferBytes = 64 * 2 ** 20;

export interface AugmentedBatchesOptions {
  readonly images: LabeledImages;
  readonly settings: AugmentationSettings & Pick<RunConfig, 'seed' | 'batchSize'>;
  /** The rows of each batch of an epoch. */
  readonly rowsOf: (epoch: number) => readonly Int32Array[];
  /** @default half of the cores, from 1 to 8 */
  readonly threadCount?: number;
  /** Of a thread, as arguments of Node.js. @default this project's */
  readonly program?: readonly string[];
}

/** Batches that other threads deform while this one trains. Their content does not depend on the number of threads. */
export class AugmentedBatches implements BatchSource {
  readonly #images: LabeledImages;
  readonly #rowsOf: AugmentedBatchesOptions['rowsOf'];
  readonly #buffers: readonly BatchBuffer[];
  readonly #threads: AugmentationThreads;

  constructor({
    images,
    settings,
    rowsOf,
    threadCount = Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), maxThreads),
    program,
  }: AugmentedBatchesOptions) {
    this.#images = images;
    this.#rowsOf = rowsOf;
    const batchBytes = (Math.min(settings.batchSize, images.count) * images.pixels.length) / images.count;
    this.#buffers = allocateBuffers(2 * threadCount + 1, batchBytes);
    const { seed, batchSize, ...augmentation } = settings;
    const data = { settings: augmentation, seed, imageShape: images.imageShape, buffers: this.#buffers };
    this.#threads = new AugmentationThreads(data, threadCount, program);
  }

  async *batchesOf(epoch: number, firstBatch: number): AsyncGenerator<Batch> {
    const batches = this.#rowsOf(epoch);
    const made = new Map<number, Promise<Batch>>();
    try {
      for (let position = firstBatch; position < batches.length; position += 1) {
        // The buffer of the batch before is free now.
        const end = Math.min(position + this.#buffers.length, batches.length);
        for (let next = position + made.size; next < end; next += 1) {
          const batch = this.make(batches[next]!, epoch, next % this.#buffers.length);
          // It may fail before it is awaited, which would end the process.
          batch.catch(() => {});
          made.set(next, batch);
        }
        const batch = await made.get(position)!;
        made.delete(position);
        yield batch;
      }
    } finally {
      // The next call uses the same buffers.
      await Promise.allSettled(made.values());
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  private async make(rows: Int32Array, epoch: number, buffer: number): Promise<Batch> {
    const { source, augmented } = this.#buffers[buffer]!;
    copyPixels(this.#images, rows, source);
    await this.#threads.augment({ buffer, rows, epoch });
    const bytes = (rows.length * this.#images.pixels.length) / this.#images.count;
    return {
      count: rows.length,
      pixels: augmented.subarray(0, bytes),
      labels: takeLabels(this.#images, rows),
    };
  }
}

function allocateBuffers(wanted: number, batchBytes: number): BatchBuffer[] {
  const count = Math.max(2, Math.min(wanted, Math.floor(maxBufferBytes / (2 * batchBytes))));
  const allocate = () => new Uint8Array(new SharedArrayBuffer(batchBytes));
  return Array.from({ length: count }, () => ({ source: allocate(), augmented: allocate() }));
}
