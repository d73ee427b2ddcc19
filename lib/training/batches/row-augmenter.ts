import type { AugmentationSettings } from '../../augmentation/augmentation-settings';
import { ImageAugmenter } from '../../augmentation/image-augmenter';
import type { ImageShape } from '../../contracts/image-shape';
import { createRandom, randomStreams } from '../../random/seeded-random';

export interface RowAugmenterOptions {
  readonly settings: AugmentationSettings;
  readonly seed: number;
  readonly imageShape: ImageShape;
}

/** Deforms an image by its row and epoch alone, so that every batch can be made again, in any order and anywhere. */
export class RowAugmenter {
  readonly #augmenter: ImageAugmenter;
  readonly #seed: number;

  constructor({ settings, seed, imageShape }: RowAugmenterOptions) {
    this.#augmenter = new ImageAugmenter(settings, imageShape);
    this.#seed = seed;
  }

  /**
   * @param source - [rows, ...imageShape]: the images of these rows.
   * @param target - of the same shape; receives the deformed images.
   */
  augment(source: Uint8Array, target: Uint8Array, rows: Int32Array, epoch: number): void {
    for (let position = 0; position < rows.length; position += 1) {
      const random = createRandom(this.#seed, randomStreams.augmentation, epoch, rows[position]!);
      this.#augmenter.augment(source, target, position, random);
    }
  }
}
