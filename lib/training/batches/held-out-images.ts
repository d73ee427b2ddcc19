import type { RunConfig } from '../../contracts/run-config';
import { countHeldOut, countLabels } from '../../dataset/held-out-counts';
import type { LabeledImages } from '../../dataset/load-split';
import { drawRows } from '../../dataset/rows/draw-rows';
import { createRandom, randomStreams } from '../../random/seeded-random';
import { shuffledRows } from '../../random/shuffle';
import { takeRows } from './batches';

interface DividedRows {
  /** In increasing order, as `heldOut`. */
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/**
 * Divides rows into two parts: the same fraction of each label, drawn from the seed, is held out.
 *
 * @param fraction - in (0, 0.5].
 * @throws PermanentError InvalidInput as `countHeldOut` does.
 */
export function divideRows(labels: Uint8Array, fraction: number, seed: number): DividedRows {
  const wanted = countHeldOut(countLabels(labels), fraction);
  const order = shuffledRows(labels.length, createRandom(seed, randomStreams.heldOut));
  const isHeldOut = drawRows(labels, wanted, order);
  const rows = Int32Array.from(labels.keys());
  return {
    training: rows.filter((row) => isHeldOut[row] === 0),
    heldOut: rows.filter((row) => isHeldOut[row] === 1),
  };
}

/**
 * The images to train on, and those to validate on: a part of the training images, or the test images.
 *
 * @throws PermanentError InvalidInput as `countHeldOut` does.
 */
export function chooseValidationImages(
  trainImages: LabeledImages,
  testImages: LabeledImages,
  { validationFraction, seed }: Pick<RunConfig, 'validationFraction' | 'seed'>,
): { readonly trainImages: LabeledImages; readonly validationImages: LabeledImages } {
  if (validationFraction === 0) return { trainImages, validationImages: testImages };
  const { training, heldOut } = divideRows(trainImages.labels, validationFraction, seed);
  return {
    trainImages: selectImages(trainImages, training),
    validationImages: selectImages(trainImages, heldOut),
  };
}

function selectImages(images: LabeledImages, rows: Int32Array): LabeledImages {
  return {
    pixels: takeRows(images, rows).pixels,
    labels: Uint8Array.from(rows, (row) => images.labels[row]!),
    count: rows.length,
    imageShape: images.imageShape,
  };
}
