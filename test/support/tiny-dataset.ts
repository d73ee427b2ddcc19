import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageShape, valuesPerImage } from '../../lib/contracts/image-shape';
import { createRandom } from '../../lib/random/seeded-random';
import { rawFileNames } from '../../lib/sources/idx/idx-names';

export interface TinyDatasetOptions {
  readonly trainCount?: number;
  readonly testCount?: number;
  readonly imageShape?: ImageShape;
  readonly classes?: number;
  readonly seed?: number;
}

interface TinySplit {
  /** [count, ...imageShape], 0 … 255. */
  readonly pixels: Uint8Array;
  /** [count]: 0, 1, …, classes-1, 0, 1, … */
  readonly labels: Uint8Array;
  readonly count: number;
}

export interface TinyDataset {
  readonly imageShape: ImageShape;
  readonly train: TinySplit;
  readonly test: TinySplit;
}

/** Every class has a random pattern, and every image is the pattern of its class plus noise. */
export function makeTinyDataset({
  trainCount = 200,
  testCount = 50,
  imageShape = [6, 6],
  classes = 10,
  seed = 1,
}: TinyDatasetOptions = {}): TinyDataset {
  const random = createRandom(seed);
  const uniform = () => random() / 2 ** 32;
  const imageValues = valuesPerImage(imageShape);
  const patterns = Uint8Array.from({ length: classes * imageValues }, () => (uniform() < 0.5 ? 40 : 200));
  const makeSplit = (count: number): TinySplit => {
    const labels = Uint8Array.from({ length: count }, (_, row) => row % classes);
    const pixels = Uint8Array.from({ length: count * imageValues }, (_, index) => {
      const label = labels[Math.floor(index / imageValues)]!;
      return patterns[label * imageValues + (index % imageValues)]! + Math.round(uniform() * 80 - 40);
    });
    return { pixels, labels, count };
  };
  return { imageShape, train: makeSplit(trainCount), test: makeSplit(testCount) };
}

/** The four files under their usual names. */
export function encodeTinyDataset({ imageShape, train, test }: TinyDataset): Record<string, Uint8Array> {
  return {
    [rawFileNames.trainImages]: encodeIdx([train.count, ...imageShape], train.pixels),
    [rawFileNames.trainLabels]: encodeIdx([train.count], train.labels),
    [rawFileNames.testImages]: encodeIdx([test.count, ...imageShape], test.pixels),
    [rawFileNames.testLabels]: encodeIdx([test.count], test.labels),
  };
}

/** Writes the four IDX files into `folder`, which is created if necessary. */
export async function writeTinyDataset(folder: string, options?: TinyDatasetOptions): Promise<TinyDataset> {
  const dataset = makeTinyDataset(options);
  await writeFiles(folder, encodeTinyDataset(dataset));
  return dataset;
}

export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, body] of Object.entries(files)) await writeFile(join(folder, name), body);
}

const writers = {
  8: { bytes: 1, write: DataView.prototype.setUint8 },
  9: { bytes: 1, write: DataView.prototype.setInt8 },
  11: { bytes: 2, write: DataView.prototype.setInt16 },
  12: { bytes: 4, write: DataView.prototype.setInt32 },
  13: { bytes: 4, write: DataView.prototype.setFloat32 },
  14: { bytes: 8, write: DataView.prototype.setFloat64 },
} as const;
const idxTypes = { uint8: 8, int8: 9, int16: 11, int32: 12, float32: 13, float64: 14 } as const;

/** An IDX file of any type of the format. */
export function encodeTypedIdx(
  type: keyof typeof idxTypes,
  shape: readonly number[],
  values: readonly number[] | Uint8Array,
): Uint8Array {
  const { bytes, write } = writers[idxTypes[type]];
  const file = encodeIdx(shape, new Uint8Array(values.length * bytes));
  file[2] = idxTypes[type];
  const view = new DataView(file.buffer, 4 + 4 * shape.length);
  for (const [index, value] of values.entries()) write.call(view, index * bytes, value);
  return file;
}

/** An IDX file of uint8. */
export function encodeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [dimension, size] of shape.entries()) view.setUint32(4 + 4 * dimension, size);
  file.set(data, 4 + 4 * shape.length);
  return file;
}
