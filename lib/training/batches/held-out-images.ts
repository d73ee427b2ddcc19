import { holdsOutImages, type ValidationSettings } from '../../contracts/validation-data';
import type { LabeledImages } from '../../dataset/load-split';
import { holdOutRows } from '../../dataset/rows/hold-out-rows';
import { takeRows } from './batches';

/**
 * The images to train on, and those to validate on: a part of the training images, or the test images.
 *
 * @throws PermanentError InvalidInput as `holdOutRows` does.
 */
export function chooseValidationImages(
  trainImages: LabeledImages,
  testImages: LabeledImages,
  settings: ValidationSettings,
): { readonly trainImages: LabeledImages; readonly validationImages: LabeledImages } {
  if (!holdsOutImages(settings)) return { trainImages, validationImages: testImages };
  const { training, heldOut } = holdOutRows(trainImages.labels, settings);
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
