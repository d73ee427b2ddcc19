import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIdx } from '../../lib/dataset/idx';
import type { LabeledImages } from '../../lib/dataset/load-split';

/** Straight from the raw files, as the Python baselines have them: what is compared is training. */
export function readMnist(folder: string, split: 'train' | 't10k'): LabeledImages {
  const read = (name: string) => parseIdx(readFileSync(join(folder, name)), name);
  const { data: pixels, shape } = read(`${split}-images-idx3-ubyte`);
  const { data: labels } = read(`${split}-labels-idx1-ubyte`);
  const [count, height, width] = shape as [number, number, number];
  return { pixels, labels, count, imageShape: [height, width] };
}
