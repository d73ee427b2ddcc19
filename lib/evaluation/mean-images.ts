import { type ImageShape, valuesPerImage } from '../contracts/image-shape';
import type { Batch } from '../dataset/image-source';

/** The mean of each value over the images of each label; images come in batches. */
export class MeanImages {
  readonly #sums: readonly Float64Array[];
  readonly #counts: number[];
  readonly #values: number;

  /** @param classes - images with a higher label are left out. */
  constructor(classes: number, imageShape: ImageShape) {
    this.#values = valuesPerImage(imageShape);
    this.#sums = Array.from({ length: classes }, () => new Float64Array(this.#values));
    this.#counts = new Array<number>(classes).fill(0);
  }

  add({ pixels, labels }: Batch): void {
    for (const [row, label] of labels.entries()) {
      const sum = this.#sums[label];
      if (sum === undefined) continue;
      this.#counts[label]! += 1;
      const first = row * this.#values;
      for (let value = 0; value < this.#values; value += 1) sum[value]! += pixels[first + value]!;
    }
  }

  /** By label; `undefined` for one without images. */
  means(): (Uint8Array | undefined)[] {
    return this.#sums.map((sum, label) => {
      const count = this.#counts[label]!;
      return count === 0 ? undefined : Uint8Array.from(sum, (value) => Math.round(value / count));
    });
  }
}
