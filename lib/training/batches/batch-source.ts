import { type AugmentationSettings, isAugmented } from '../../augmentation/augmentation-settings';
import type { RunConfig } from '../../contracts/run-config';
import type { LabeledImages } from '../../dataset/load-split';
import { createRandom, randomStreams, shuffledRows } from '../seeded-random';
import { AugmentedBatches } from './augmented-batches';
import { type BatchSource, takeRows } from './batches';

export type BatchSettings = Pick<RunConfig, 'seed' | 'batchSize'> & AugmentationSettings;

/** All images once an epoch, in random order. With augmentation, each is deformed anew, on other threads. */
export function openBatchSource(images: LabeledImages, settings: BatchSettings): BatchSource {
  const rowsOf = (epoch: number) => shuffleIntoBatches(images.count, settings, epoch);
  if (isAugmented(settings)) return new AugmentedBatches({ images, settings, rowsOf });
  return {
    async *batchesOf(epoch, firstBatch) {
      for (const rows of rowsOf(epoch).slice(firstBatch)) yield takeRows(images, rows);
    },
    close: async () => {},
  };
}

/** The rows of each batch of an epoch. They depend on the seed and the epoch only. */
function shuffleIntoBatches(count: number, { seed, batchSize }: BatchSettings, epoch: number): Int32Array[] {
  const rows = shuffledRows(count, createRandom(seed, randomStreams.shuffle, epoch));
  return Array.from({ length: Math.ceil(count / batchSize) }, (_, batch) =>
    rows.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
}
