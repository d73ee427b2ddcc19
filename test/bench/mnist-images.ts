import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIdx } from '../../lib/dataset/idx';
import type { LabeledImages } from '../../lib/dataset/load-split';

/** Directly from the raw files, like the Python baselines, since only training is compared. */
export function readMnist(folder: string, split: 'train' | 't10k'): LabeledImages {
  const read = (name: string) => parseIdx(readFileSync(join(folder, name)), name);
  const { data: pixels, shape } = read(`${split}-images-idx3-ubyte`);
  const { data: labels } = read(`${split}-labels-idx1-ubyte`);
  const [count, height, width] = shape as [number, number, number];
  return { pixels, labels, count, imageShape: [height, width] };
}
