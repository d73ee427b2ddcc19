import type { Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { type FourFiles, toImagesShape } from './raw-dataset';

/**
 * Checks that four readable files make one dataset.
 *
 * @param classes - labels must be 0 … classes-1.
 * @throws PermanentError InvalidDataset, naming the file.
 */
export function validateDataset(files: FourFiles, classes: number): void {
  const [trainHeight, trainWidth] = validateSplit(files, 'train', classes);
  const [testHeight, testWidth] = validateSplit(files, 'test', classes);
  if (trainHeight === testHeight && trainWidth === testWidth) return;
  throw new PermanentError(
    'InvalidDataset',
    `The training images are ${trainHeight}×${trainWidth} pixels and the test images ${testHeight}×${testWidth} (height×width). Both must have one size; scale one of ${files.trainImages.fileName} and ${files.testImages.fileName}.`,
    { evidence: { trainHeight, trainWidth, testHeight, testWidth } },
  );
}

function validateSplit(files: FourFiles, split: Split, classes: number): [height: number, width: number] {
  const images = files[`${split}Images`];
  const labels = files[`${split}Labels`];
  const { rowCount, imageShape } = toImagesShape(images.shape, images.fileName);
  if (labels.shape.length !== 1) {
    throw new PermanentError(
      'InvalidDataset',
      `${labels.fileName} has ${labels.shape.length} dimensions (${labels.shape.join('×')}), and labels have one. Give one byte per image.`,
      { evidence: { fileName: labels.fileName, shape: labels.shape.join('×') } },
    );
  }
  if (labels.data.length !== rowCount) {
    throw new PermanentError(
      'InvalidDataset',
      `${images.fileName} has ${rowCount} images and ${labels.fileName} has ${labels.data.length} labels. Every image needs one label; check that the two files belong together.`,
      { evidence: { imageCount: rowCount, labelCount: labels.data.length } },
    );
  }
  const row = labels.data.findIndex((label) => label >= classes);
  if (row !== -1) {
    const label = labels.data[row]!;
    throw new PermanentError(
      'InvalidDataset',
      `${labels.fileName} has the label ${label} at row ${row}, and labels are 0 to ${classes - 1} with ${classes} classes. Correct the file, or set "classes" to the dataset's number of classes.`,
      { evidence: { fileName: labels.fileName, row, label, classes } },
    );
  }
  return imageShape;
}
