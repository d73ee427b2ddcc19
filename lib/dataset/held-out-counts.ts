import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';

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

/** The number of held out images; 0 for the fraction 0. */
export function countAllHeldOut(labelCounts: readonly number[], fraction: number): number {
  return fraction === 0 ? 0 : countHeldOut(labelCounts, fraction).reduce((sum, count) => sum + count, 0);
}

/** The division into training and test images keeps groups together; the validation data is drawn image by image. */
export function remarkOnHeldOut({
  validationFraction,
  groupBy,
}: Pick<RunConfig, 'validationFraction' | 'groupBy'>): string[] {
  if (validationFraction === 0 || groupBy === '') return [];
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
