import type { FourFiles } from './raw-dataset';

/**
 * What is not wrong with a dataset, and yet may not be what its reader thinks it is: to be said whenever it is used.
 */
export function remarkOnDataset(files: FourFiles): string[] {
  const { trainImages, trainLabels, testImages, testLabels } = files;
  return [
    ...[trainImages, trainLabels, testImages, testLabels].flatMap(({ remarks }) => remarks),
    ...remarkOnEmnist(files),
  ];
}

const howToTurn = 'docs/datasets.md has a program that turns them, under "EMNIST".';

/** https://www.nist.gov/itl/products-and-services/emnist-dataset: its images are transposed against MNIST's. */
function remarkOnEmnist({ trainImages, trainLabels }: FourFiles): string[] {
  const { fileName } = trainImages;
  if (/^emnist-/i.test(fileName)) {
    return [
      `${fileName} is of EMNIST, whose images lie on their side: rows and columns are swapped. A model that is trained on them does not know upright letters and digits. ${howToTurn}`,
    ];
  }
  if (hasLetterLabels(trainLabels.data)) {
    return [
      `${trainLabels.fileName} has the labels 1 to 26, as EMNIST's letters have, whose images lie on their side: rows and columns are swapped. If these are EMNIST's, a model that is trained on them does not know upright letters. ${howToTurn}`,
    ];
  }
  return [];
}

function hasLetterLabels(labels: Uint8Array): boolean {
  const present = new Set(labels);
  return present.size === 26 && !present.has(0) && present.has(26);
}
