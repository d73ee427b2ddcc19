export const rawFileRoles = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const;
export type RawFileRole = (typeof rawFileRoles)[number];

/** The usual names. */
export const rawFileNames: Readonly<Record<RawFileRole, string>> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};
