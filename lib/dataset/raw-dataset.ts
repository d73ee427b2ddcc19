import type { DatasetPlan, Split } from '../contracts/dataset';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';
import { readIdxHeader } from './idx';

export const rawFileRoles = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const;
export type RawFileRole = (typeof rawFileRoles)[number];

/** The usual names, which the files have in the store as well. */
export const rawFileNames: Readonly<Record<RawFileRole, string>> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

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
  readonly imageShape: [height: number, width: number];
  readonly sourceFiles: DatasetPlan['sourceFiles'];
  readonly splits: readonly [train: RawSplit, test: RawSplit];
}

const imagesHeaderBytes = 16;
const labelsHeaderBytes = 8;

/**
 * Describes the four imported files from their headers; `importDataset` has checked the rest.
 *
 * @throws PermanentError ArtifactNotFound, InvalidDataset or CorruptArtifact.
 */
export async function readRawDataset(store: ObjectStore, dataset: string): Promise<RawDataset> {
  const keyOf = (role: RawFileRole) => objectKeys.rawFile(dataset, rawFileNames[role]);
  const describe = async (role: RawFileRole) => {
    const key = keyOf(role);
    const info = await store.head(key);
    // Without a recorded checksum the bytes are the last resort; for an absent file, `get` says so.
    if (info?.sha256 !== undefined) return { key, sha256: info.sha256, bytes: info.bytes };
    const body = await store.get(key);
    return { key, sha256: sha256Hex(body), bytes: body.byteLength };
  };
  const sourceFiles = {
    trainImages: await describe('trainImages'),
    trainLabels: await describe('trainLabels'),
    testImages: await describe('testImages'),
    testLabels: await describe('testLabels'),
  };
  const train = await readShape(store, sourceFiles.trainImages);
  const test = await readShape(store, sourceFiles.testImages);
  const splitOf = (split: Split, rowCount: number): RawSplit => ({
    split,
    imagesKey: keyOf(`${split}Images`),
    labelsKey: keyOf(`${split}Labels`),
    imagesOffset: imagesHeaderBytes,
    labelsOffset: labelsHeaderBytes,
    rowCount,
  });
  return {
    dataset,
    imageShape: train.imageShape,
    sourceFiles,
    splits: [splitOf('train', train.rowCount), splitOf('test', test.rowCount)],
  };
}

/** A range is not verified on reading: the header must announce as many bytes as the file has. */
async function readShape(store: ObjectStore, { key, bytes }: DatasetPlan['sourceFiles']['trainImages']) {
  const { shape } = readIdxHeader(await store.getRange(key, 0, imagesHeaderBytes), key);
  const announcedBytes = shape.reduce((product, size) => product * size, 1) + imagesHeaderBytes;
  if (announcedBytes === bytes) return toImagesShape(shape, key);
  throw new PermanentError(
    'CorruptArtifact',
    `${key} in ${store.location} has ${bytes} bytes, and its header announces ${announcedBytes} (${shape.join('×')} pixels). Run again; should it fail again, delete that file, which is then imported anew.`,
    { evidence: { key, bytes, announcedBytes } },
  );
}

/** @throws PermanentError InvalidDataset unless the shape is [count, height, width] without a zero. */
export function toImagesShape(
  shape: readonly number[],
  fileName: string,
): { rowCount: number; imageShape: [height: number, width: number] } {
  const [rowCount = 0, height = 0, width = 0] = shape;
  if (shape.length !== 3) {
    throw new PermanentError(
      'InvalidDataset',
      `${fileName} has ${shape.length} dimensions (${shape.join('×')}), and images have three: count, height and width. Convert it to grey images in that layout.`,
      { evidence: { fileName, shape: shape.join('×') } },
    );
  }
  if (rowCount === 0 || height === 0 || width === 0) {
    throw new PermanentError(
      'InvalidDataset',
      `${fileName} is empty: its header announces ${rowCount} images of ${height}×${width} pixels. At least one image of one pixel is needed.`,
      { evidence: { fileName, rowCount, height, width } },
    );
  }
  return { rowCount, imageShape: [height, width] };
}
