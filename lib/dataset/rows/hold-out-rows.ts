import type { ValidationSettings } from '../../contracts/validation-data';
import { createRandom, randomStreams } from '../../random/seeded-random';
import { allRows, shuffledRows } from '../../random/shuffle';
import { countHeldOut, countLabels, countValidationImages } from '../held-out-counts';
import { drawRows } from './draw-rows';

interface DividedRows {
  /** In increasing order, as `heldOut`. */
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/**
 * Divides training images into those to train on and the validation data, with the same share of each label, drawn from the
 * seed. The folds of a seed are parts of one division: every image is in exactly one.
 *
 * @param settings - that hold out images.
 * @throws PermanentError InvalidInput as `countValidationImages` does.
 */
export function holdOutRows(labels: Uint8Array, settings: ValidationSettings): DividedRows {
  const isHeldOut = settings.folds > 0 ? markFold(labels, settings) : markFraction(labels, settings);
  const rows = allRows(labels.length);
  return {
    training: rows.filter((row) => isHeldOut[row] === 0),
    heldOut: rows.filter((row) => isHeldOut[row] === 1),
  };
}

function markFraction(labels: Uint8Array, { validationFraction, seed }: ValidationSettings): Uint8Array {
  const wanted = countHeldOut(countLabels(labels), validationFraction);
  return drawRows(labels, wanted, shuffledRows(labels.length, createRandom(seed, randomStreams.heldOut)));
}

/** The folds take turns, label after label, so that they have nearly the same size too. */
function markFold(labels: Uint8Array, settings: ValidationSettings): Uint8Array {
  const { folds, fold, seed } = settings;
  const counts = countLabels(labels);
  countValidationImages(counts, settings);
  const nextPositions = counts.map((_, label) =>
    counts.slice(0, label).reduce((sum, count) => sum + count, 0),
  );
  const isHeldOut = new Uint8Array(labels.length);
  for (const row of shuffledRows(labels.length, createRandom(seed, randomStreams.folds))) {
    const position = nextPositions[labels[row]!]!++;
    if (position % folds === fold - 1) isHeldOut[row] = 1;
  }
  return isHeldOut;
}
