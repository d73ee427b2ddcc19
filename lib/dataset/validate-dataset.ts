import type { Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { countLabels } from './held-out-counts';
import type { FourFiles } from './raw-dataset';

/**
 * Checks that four readable files make one dataset.
 *
 * @param classes - labels must be 0 … classes-1.
 * @throws PermanentError InvalidDataset, naming the file.
 */
export function validateDataset(files: FourFiles, classes: number): void {
  validateSplit(files, 'train', classes);
  validateSplit(files, 'test', classes);
  const [, trainHeight, trainWidth] = files.trainImages.shape as [number, number, number];
  const [, testHeight, testWidth] = files.testImages.shape as [number, number, number];
  if (trainHeight === testHeight && trainWidth === testWidth) return;
  throw new PermanentError(
    'InvalidDataset',
    `The training images are ${trainHeight}×${trainWidth} pixels and the test images ${testHeight}×${testWidth} (height×width). Both must have the same size; scale one of ${files.trainImages.fileName} and ${files.testImages.fileName}.`,
    { evidence: { trainHeight, trainWidth, testHeight, testWidth } },
  );
}

/** As many classes as the highest label needs. */
export function needClasses({ trainLabels, testLabels }: FourFiles): number {
  return Math.max(2, countLabels(trainLabels.data).length, countLabels(testLabels.data).length);
}

function validateSplit(files: FourFiles, split: Split, classes: number): void {
  const images = files[`${split}Images`];
  const labels = files[`${split}Labels`];
  const imageCount = images.shape[0]!;
  const labelCount = labels.data.length;
  if (labelCount !== imageCount) {
    throw new PermanentError(
      'InvalidDataset',
      `${images.fileName} has ${imageCount} images and ${labels.fileName} has ${labelCount} labels. Every image needs one label; check that the two files belong together.`,
      { evidence: { imageCount, labelCount } },
    );
  }
  const row = labels.data.findIndex((label) => label >= classes);
  if (row === -1) return;
  const label = labels.data[row]!;
  throw new PermanentError(
    'InvalidDataset',
    `${labels.fileName} has the label ${label} at row ${row}, and labels are 0 to ${classes - 1} with ${classes} classes. ${adviseOnLabels(files)}`,
    { evidence: { fileName: labels.fileName, row, label, classes } },
  );
}

/** Names the number of classes that fits the labels. */
function adviseOnLabels({ trainLabels, testLabels }: FourFiles): string {
  let lowest = 255;
  let highest = 0;
  for (const { data } of [trainLabels, testLabels]) {
    for (const label of data) {
      lowest = Math.min(lowest, label);
      highest = Math.max(highest, label);
    }
  }
  const range = `The dataset's labels are ${lowest} to ${highest}`;
  return lowest === 0
    ? `${range}: set "classes" to ${highest + 1}, or correct the file.`
    : `${range}: they do not start at 0. Set "classes" to ${highest + 1}, which leaves the labels below ${lowest} unused, or subtract ${lowest} from all of them.`;
}
