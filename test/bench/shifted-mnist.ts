import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { createRandom } from '../../lib/random/seeded-random';
import { rawFileNames } from '../../lib/sources/idx/idx-names';
import { encodeIdx } from '../support/tiny-dataset';
import { idxFolder } from './job';
import { readMnist } from './mnist-images';

/** Pixels in each direction: what MNIST's margin has room for. */
const maxShift = 4;
const blockRows = 10_000;

/**
 * Writes a dataset of any size as four IDX files: MNIST's images over and over, each shifted by random numbers of its own.
 * It compresses as MNIST does, and no training image is a test image. Memory: MNIST and a block.
 */
export function writeShiftedMnist(folder: string, trainCount: number, testCount: number): void {
  mkdirSync(folder, { recursive: true });
  const write = (split: 'train' | 'test', images: LabeledImages, count: number) => {
    const seed = split === 'train' ? 1 : 2;
    const imagesFile = openIdx(join(folder, rawFileNames[`${split}Images`]), [count, ...images.imageShape]);
    const labelsFile = openIdx(join(folder, rawFileNames[`${split}Labels`]), [count]);
    for (let first = 0; first < count; first += blockRows) {
      const block = shiftImages(images, seed, first, Math.min(blockRows, count - first));
      writeSync(imagesFile, block.pixels);
      writeSync(labelsFile, block.labels);
    }
    closeSync(imagesFile);
    closeSync(labelsFile);
  };
  write('train', readMnist(idxFolder, 'train'), trainCount);
  write('test', readMnist(idxFolder, 't10k'), testCount);
}

/** @returns the open file, after its header. */
function openIdx(path: string, shape: readonly number[]): number {
  const file = openSync(path, 'w');
  writeSync(file, encodeIdx(shape, new Uint8Array(0)));
  return file;
}

/** The images `firstRow` … of the endless dataset. */
function shiftImages(images: LabeledImages, seed: number, firstRow: number, rowCount: number) {
  const [height, width] = images.imageShape;
  const pixels = new Uint8Array(rowCount * height * width);
  const labels = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const image = (firstRow + row) % images.count;
    const random = createRandom(seed, firstRow + row);
    const [down, right] = [drawShift(random()), drawShift(random())];
    const [from, to] = [image * height * width, row * height * width];
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y += 1) {
      const line = from + (y - down) * width;
      const shifted = images.pixels.subarray(line + Math.max(0, -right), line + width - Math.max(0, right));
      pixels.set(shifted, to + y * width + Math.max(0, right));
    }
    labels[row] = images.labels[image]!;
  }
  return { pixels, labels };
}

const drawShift = (random: number) => (random % (2 * maxShift + 1)) - maxShift;
