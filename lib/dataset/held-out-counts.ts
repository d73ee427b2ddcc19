import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import { holdsOutImages, type ValidationSettings } from '../contracts/validation-data';

/**
 * How many training images of each label are held out as validation data: the fraction of that label, rounded.
 *
 * @param labelCounts - images with label 0, 1, …; labels without images are allowed.
 * @param fraction - in (0, 0.5].
 * @throws PermanentError InvalidInput if a label has images, but not enough for both parts.
 */
export function countHeldOut(labelCounts: readonly number[], fraction: number): number[] {
  const heldOut = labelCounts.map((count) => Math.round(count * fraction));
  const label = labelCounts.findIndex((count, index) => count > 0 && !isInside(heldOut[index]!, count));
  if (label !== -1) throw tooFewImages(label, labelCounts, fraction);
  return heldOut;
}

/**
 * How many training images of each label are the validation data; none if the test images are.
 *
 * @param classNames - for messages. @default - the labels
 * @throws PermanentError InvalidInput if a label has images, but not enough for a part of each.
 */
export function countValidationImages(
  labelCounts: readonly number[],
  settings: ValidationSettings,
  classNames?: readonly string[],
): number[] {
  const { validationFraction, folds, fold } = settings;
  if (!holdsOutImages(settings)) return labelCounts.map(() => 0);
  if (folds === 0) return countHeldOut(labelCounts, validationFraction);
  const label = labelCounts.findIndex((count) => count > 0 && count < folds);
  if (label !== -1) throw tooFewForFolds(labelCounts, label, folds, classNames);
  let position = 0;
  return labelCounts.map((count) => {
    const before = countInFold(position, folds, fold);
    position += count;
    return countInFold(position, folds, fold) - before;
  });
}

/** Of the first positions, those that the fold has: the folds take turns. */
const countInFold = (positions: number, folds: number, fold: number) =>
  Math.floor((positions + folds - fold) / folds);

function tooFewForFolds(
  labelCounts: readonly number[],
  label: number,
  folds: number,
  classNames: readonly string[] | undefined,
): PermanentError {
  const count = labelCounts[label]!;
  const fewest = Math.min(...labelCounts.filter((each) => each > 0));
  const fewer = fewest > 1 ? `at most ${fewest} folds, ` : '';
  const name = classNames?.[label] ?? String(label);
  return new PermanentError(
    'InvalidInput',
    `${folds} folds cannot divide the training images: the class "${name}" has ${count}, and each fold needs at least one image of each class. Give ${fewer}more images of this class, or folds 0, which validates on the test images.`,
    { evidence: { label, count, folds } },
  );
}

/** The division into training and test images keeps groups together; the validation data is drawn image by image. */
export function remarkOnHeldOut({
  groupBy,
  ...settings
}: Pick<RunConfig, 'validationFraction' | 'folds' | 'groupBy'>): string[] {
  if (!holdsOutImages(settings) || groupBy === '') return [];
  return [
    `The validation images are drawn one by one: unlike the test images, they have other images of the same ${groupBy} among the training images, so the validation accuracy is too high. The test accuracy is not concerned.`,
  ];
}

const isInside = (part: number, count: number) => part > 0 && part < count;

function tooFewImages(label: number, labelCounts: readonly number[], fraction: number): PermanentError {
  const count = labelCounts[label]!;
  const fewest = Math.min(...labelCounts.filter((each) => each > 0));
  const smallest = Math.ceil(5000 / fewest) / 10_000;
  const larger = fewest > 1 && smallest > fraction ? `a validationFraction of at least ${smallest}, ` : '';
  return new PermanentError(
    'InvalidInput',
    `A validationFraction of ${fraction} cannot divide the training images: it would hold out ${Math.round(count * fraction)} of ${count} with label ${label}, and both parts need at least one of each label. Give ${larger}more images with this label, or validationFraction 0, which validates on the test images.`,
    { evidence: { label, count, validationFraction: fraction } },
  );
}

/** The number of labels 0, 1, … up to the highest. */
export function countLabels(labels: Uint8Array): number[] {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return Array.from(counts, (count) => count ?? 0);
}
