import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { parseIdx } from '../support/parse-idx';

/**
 * Directly from the raw files, like the Python peers, since only training is compared.
 *
 * @param count - the first images of the split. @default all
 */
export function readMnist(folder: string, split: 'train' | 't10k', count?: number): LabeledImages {
  const read = (name: string) => parseIdx(readFileSync(join(folder, name)));
  const { data: pixels, shape } = read(`${split}-images-idx3-ubyte`);
  const { data: labels } = read(`${split}-labels-idx1-ubyte`);
  const [total, height, width] = shape as [number, number, number];
  const taken = count ?? total;
  return {
    pixels: pixels.subarray(0, taken * height * width),
    labels: labels.subarray(0, taken),
    count: taken,
    imageShape: [height, width],
  };
}
