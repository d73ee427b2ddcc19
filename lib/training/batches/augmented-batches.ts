import { availableParallelism } from 'node:os';
import type { AugmentationSettings } from '../../augmentation/augmentation-settings';
import { valuesPerImage } from '../../contracts/image-shape';
import type { Batch, ImageSource } from '../../dataset/image-source';
import { AugmentationThreads, type BatchBuffer } from './augmentation-threads';
import type { BatchSource } from './batches';
import { type ShuffledBatch, type ShuffleSettings, shuffleIntoBatches } from './shuffled-batches';

/** More would take the cores that the training step computes on. */
const maxThreads = 8;
/** Of all buffers; there are two in any case. */
const maxBufferBytes = 64 * 2 ** 20;

export interface AugmentedBatchesOptions {
  readonly images: ImageSource;
  readonly settings: AugmentationSettings & ShuffleSettings;
  /** @default half of the cores, from 1 to 8 */
  readonly threadCount?: number;
  /** Of a thread, as arguments of Node.js. @default this project's */
  readonly program?: readonly string[];
}

/** Batches that other threads deform while this one trains. Their content does not depend on the number of threads. */
export class AugmentedBatches implements BatchSource {
  readonly #images: ImageSource;
  readonly #settings: ShuffleSettings;
  readonly #buffers: readonly BatchBuffer[];
  readonly #threads: AugmentationThreads;

  constructor({
    images,
    settings,
    threadCount = Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), maxThreads),
    program,
  }: AugmentedBatchesOptions) {
    const { seed, batchSize, windowRows, ...augmentation } = settings;
    this.#images = images;
    this.#settings = { seed, batchSize, windowRows };
    const batchBytes = Math.min(batchSize, images.count) * valuesPerImage(images.imageShape);
    this.#buffers = allocateBuffers(2 * threadCount + 1, batchBytes);
    const data = { settings: augmentation, seed, imageShape: images.imageShape, buffers: this.#buffers };
    this.#threads = new AugmentationThreads(data, threadCount, program);
  }

  async *batchesOf(epoch: number, firstBatch: number): AsyncGenerator<Batch> {
    const bufferOf = (position: number) => position % this.#buffers.length;
    const shuffled = shuffleIntoBatches(
      this.#images,
      this.#settings,
      epoch,
      firstBatch,
      (position) => this.#buffers[bufferOf(position)]!.source,
    );
    const made: Promise<Batch>[] = [];
    let position = firstBatch;
    try {
      do {
        // The buffer of the batch before is free now.
        while (made.length < this.#buffers.length) {
          const { value, done } = await shuffled.next();
          if (done === true) break;
          const batch = this.augment(value, epoch, bufferOf(position));
          // It may fail before it is awaited, which would end the process.
          batch.catch(() => {});
          made.push(batch);
          position += 1;
        }
        const batch = await made.shift();
        if (batch !== undefined) yield batch;
      } while (made.length > 0);
    } finally {
      await shuffled.return(undefined);
      // The next call uses the same buffers.
      await Promise.allSettled(made);
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  private async augment({ rows, ...batch }: ShuffledBatch, epoch: number, buffer: number): Promise<Batch> {
    await this.#threads.augment({ buffer, rows, epoch });
    return { ...batch, pixels: this.#buffers[buffer]!.augmented.subarray(0, batch.pixels.length) };
  }
}

function allocateBuffers(wanted: number, batchBytes: number): BatchBuffer[] {
  const count = Math.max(2, Math.min(wanted, Math.floor(maxBufferBytes / (2 * batchBytes))));
  const allocate = () => new Uint8Array(new SharedArrayBuffer(batchBytes));
  return Array.from({ length: count }, () => ({ source: allocate(), augmented: allocate() }));
}
