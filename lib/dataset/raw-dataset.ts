import type { DatasetPlan, Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import type { ImageShape } from '../contracts/image-shape';
import { objectKeys } from '../contracts/object-keys';
import { sha256Hex } from '../store/sha256';

export const rawFileRoles = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const;
export type RawFileRole = (typeof rawFileRoles)[number];

/** The usual names, which the files also have in the store. */
export const rawFileNames: Readonly<Record<RawFileRole, string>> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** A file as it is stored, with the name that the user knows. */
export interface RawFile {
  readonly fileName: string;
  /** [count, height, width] of images, [count] of labels. */
  readonly shape: readonly number[];
  /** The values, one byte each: the end of `file`. */
  readonly data: Uint8Array;
  /** The whole IDX file. */
  readonly file: Uint8Array;
  /** Notes on how the values were interpreted. */
  readonly remarks: readonly string[];
}
export type FourFiles = Readonly<Record<RawFileRole, RawFile>>;

interface RawSplit {
  readonly split: Split;
  readonly imagesKey: string;
  readonly labelsKey: string;
  readonly imagesOffset: number;
  readonly labelsOffset: number;
  readonly rowCount: number;
}

export interface RawDataset {
  readonly dataset: string;
  readonly imageShape: ImageShape;
  readonly sourceFiles: DatasetPlan['sourceFiles'];
  readonly splits: readonly [train: RawSplit, test: RawSplit];
}

/** Describes four validated files as they will be stored under `datasets/<dataset>/raw/`. */
export function describeRawDataset(dataset: string, files: FourFiles): RawDataset {
  const keyOf = (role: RawFileRole) => objectKeys.rawFile(dataset, rawFileNames[role]);
  const describe = (role: RawFileRole) => {
    const { file } = files[role];
    return { key: keyOf(role), sha256: sha256Hex(file), bytes: file.byteLength };
  };
  const splitOf = (split: Split): RawSplit => ({
    split,
    imagesKey: keyOf(`${split}Images`),
    labelsKey: keyOf(`${split}Labels`),
    imagesOffset: headerBytesOf(files[`${split}Images`]),
    labelsOffset: headerBytesOf(files[`${split}Labels`]),
    rowCount: files[`${split}Labels`].data.length,
  });
  const { shape, fileName } = files.trainImages;
  return {
    dataset,
    imageShape: toImagesShape(shape, fileName).imageShape,
    sourceFiles: {
      trainImages: describe('trainImages'),
      trainLabels: describe('trainLabels'),
      testImages: describe('testImages'),
      testLabels: describe('testLabels'),
    },
    splits: [splitOf('train'), splitOf('test')],
  };
}

const headerBytesOf = ({ file, data }: RawFile) => file.byteLength - data.byteLength;

/** @throws PermanentError InvalidDataset unless the shape is [count, height, width] with sizes of at least 1. */
export function toImagesShape(
  shape: readonly number[],
  fileName: string,
): { rowCount: number; imageShape: [height: number, width: number] } {
  const [rowCount = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3) {
    throw new PermanentError(
      'InvalidDataset',
      `${fileName} has ${shape.length} dimensions (${shape.join('×')}), and images have three: count, height and width. Convert it to gray images in that layout.`,
      { evidence: { fileName, shape: shape.join('×') } },
    );
  }
  if (rowCount === 0 || height === 0 || width === 0) {
    throw new PermanentError(
      'InvalidDataset',
      `${fileName} is empty: its header announces ${rowCount} images of ${height}×${width} pixels. At least one image with one pixel is needed.`,
      { evidence: { fileName, rowCount, height, width } },
    );
  }
  return { rowCount, imageShape: [height, width] };
}
