import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMnistFolder } from '../../lib/dataset/built-in-mnist';
import { type RawFileRole, rawFileNames } from '../../lib/sources/idx/idx-names';
import { parseIdx } from '../support/parse-idx';
import { encodeIdx, writeFiles } from '../support/tiny-dataset';

const readRaw = (role: RawFileRole) =>
  parseIdx(readFileSync(join(findMnistFolder(), rawFileNames[role]))).data;

/** Writes the first images of MNIST as a dataset: enough to train on within seconds. */
export async function writeMnistSubset(
  folder: string,
  { trainCount, testCount }: { readonly trainCount: number; readonly testCount: number },
): Promise<void> {
  const images = (role: RawFileRole, count: number) =>
    encodeIdx([count, 28, 28], readRaw(role).subarray(0, count * 784));
  const labels = (role: RawFileRole, count: number) => encodeIdx([count], readRaw(role).subarray(0, count));
  await writeFiles(folder, {
    [rawFileNames.trainImages]: images('trainImages', trainCount),
    [rawFileNames.trainLabels]: labels('trainLabels', trainCount),
    [rawFileNames.testImages]: images('testImages', testCount),
    [rawFileNames.testLabels]: labels('testLabels', testCount),
  });
}

/**
 * A test image of each class, 0 to 9: the first one, except for the five, whose first image (row 8) is hard to
 * recognize for people too.
 */
export function oneTestImagePerClass(): { readonly label: number; readonly pixels: Uint8Array }[] {
  const images = readRaw('testImages');
  const labels = readRaw('testLabels');
  return Array.from({ length: 10 }, (_, label) => {
    const row = labels.indexOf(label, label === 5 ? 9 : 0);
    return { label, pixels: images.subarray(row * 784, (row + 1) * 784) };
  });
}
