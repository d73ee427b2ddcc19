import type { FourFiles } from './raw-dataset';

/**
 * Notes on a dataset that is valid but may not be what the user expects. They are shown every time it is used.
 */
export function remarkOnDataset(files: FourFiles): string[] {
  const { trainImages, trainLabels, testImages, testLabels } = files;
  return [
    ...[trainImages, trainLabels, testImages, testLabels].flatMap(({ remarks }) => remarks),
    ...remarkOnEmnist(files),
  ];
}

const howToTranspose = 'docs/datasets.md has a program that transposes them, under "EMNIST".';

/** https://www.nist.gov/itl/products-and-services/emnist-dataset: its images are transposed, compared with MNIST. */
function remarkOnEmnist({ trainImages, trainLabels }: FourFiles): string[] {
  const { fileName } = trainImages;
  if (/^emnist-/i.test(fileName)) {
    return [
      `${fileName} is from EMNIST, whose images are transposed: rows and columns are swapped. A model trained on them does not recognize upright letters and digits. ${howToTranspose}`,
    ];
  }
  if (hasLetterLabels(trainLabels.data)) {
    return [
      `${trainLabels.fileName} has the labels 1 to 26, like EMNIST's letters, whose images are transposed: rows and columns are swapped. If this is EMNIST, a model trained on it does not recognize upright letters. ${howToTranspose}`,
    ];
  }
  return [];
}

function hasLetterLabels(labels: Uint8Array): boolean {
  const present = new Set(labels);
  return present.size === 26 && !present.has(0) && present.has(26);
}
