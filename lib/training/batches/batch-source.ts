import { type AugmentationSettings, isAugmented } from '../../augmentation/augmentation-settings';
import type { ImageSource } from '../../dataset/image-source';
import { AugmentedBatches } from './augmented-batches';
import type { BatchSource } from './batches';
import { type ShuffleSettings, shuffleIntoBatches } from './shuffled-batches';

export type BatchSettings = ShuffleSettings & AugmentationSettings;

/** All images once an epoch, in random order. With augmentation, each is deformed anew, on other threads. */
export function openBatchSource(images: ImageSource, settings: BatchSettings): BatchSource {
  if (isAugmented(settings)) return new AugmentedBatches({ images, settings });
  return {
    batchesOf: (epoch, firstBatch) =>
      shuffleIntoBatches(images, settings, epoch, firstBatch, (_, bytes) => new Uint8Array(bytes)),
    close: async () => {},
  };
}
