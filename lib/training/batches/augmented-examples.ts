import { channelsOf, type ImageShape, valuesPerImage, withSides } from '../../contracts/image-shape';
import type { RunConfig } from '../../contracts/run-config';
import type { LabeledImages } from '../../dataset/load-split';
import { RowAugmenter } from './row-augmenter';

/** Columns of examples at most, and epochs below each. */
export const maxAugmentedExamples = 10;
const epochs = 5;
/** Of the whole sheet: 10 examples of MNIST have 47,040. */
const maxSheetBytes = 1_000_000;

/** One image with all examples in it. */
interface ExampleSheet {
  readonly shape: ImageShape;
  readonly pixels: Uint8Array;
}

/** A column for each of the first training images: the image, and below it what epochs 1 to 5 train on instead. */
export function drawAugmentedExamples(
  { pixels, count, imageShape }: LabeledImages,
  { seed, ...settings }: RunConfig,
): ExampleSheet {
  const [height, width] = imageShape;
  const imageValues = valuesPerImage(imageShape);
  const columnValues = (epochs + 1) * imageValues;
  const lineValues = width * channelsOf(imageShape);
  const columns = Math.min(
    count,
    maxAugmentedExamples,
    Math.max(1, Math.floor(maxSheetBytes / columnValues)),
  );
  const rows = Int32Array.from({ length: columns }, (_, row) => row);
  const originals = pixels.subarray(0, columns * imageValues);
  const augmenter = new RowAugmenter({ settings, seed, imageShape });
  const sheet = new Uint8Array(columns * columnValues);
  const placeRow = (images: Uint8Array, row: number) => {
    for (let line = 0; line < columns * height; line += 1) {
      const [column, y] = [Math.floor(line / height), line % height];
      const from = line * lineValues;
      const to = ((row * height + y) * columns + column) * lineValues;
      sheet.set(images.subarray(from, from + lineValues), to);
    }
  };
  placeRow(originals, 0);
  const augmented = new Uint8Array(originals.length);
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    augmenter.augment(originals, augmented, rows, epoch);
    placeRow(augmented, epoch);
  }
  return { shape: withSides(imageShape, (epochs + 1) * height, columns * width), pixels: sheet };
}
