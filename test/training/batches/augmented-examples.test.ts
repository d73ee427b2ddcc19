import { type ImageShape, valuesPerImage, withSides } from '../../../lib/contracts/image-shape';
import { runConfigSchema } from '../../../lib/contracts/run-config';
import { inMemory } from '../../../lib/dataset/image-source';
import type { LabeledImages } from '../../../lib/dataset/load-split';
import { createRandom } from '../../../lib/random/seeded-random';
import { readAugmentedExamples } from '../../../lib/report/augmented-examples';
import { encodePng } from '../../../lib/report/byte-image';
import { drawAugmentedExamples } from '../../../lib/training/batches/augmented-examples';
import { openBatchSource } from '../../../lib/training/batches/batch-source';

function makeImages(count: number, imageShape: ImageShape): LabeledImages {
  const pixels = Uint8Array.from({ length: count * valuesPerImage(imageShape) }, createRandom(1));
  return { pixels, labels: new Uint8Array(count), count, imageShape };
}

test.each<[string, ImageShape]>([
  ['gray', [5, 7]],
  ['color', [5, 7, 3]],
])(
  'the columns are the first %s training images, above what the training sees of them in epochs 1 to 5',
  async (_, shape) => {
    const images = makeImages(12, shape);
    const size = valuesPerImage(shape);
    const config = runConfigSchema.parse({ rotationDegrees: 40, shiftPixels: 1, seed: 4, batchSize: 12 });
    const examples = readAugmentedExamples(encodePng(drawAugmentedExamples(images, config)), shape);
    expect(examples).toHaveLength(10);
    const source = openBatchSource(inMemory(images), config);
    const rowsByEpoch = new Map<number, Uint8Array[]>();
    for (const epoch of [1, 2, 3, 4, 5]) {
      const plain = openBatchSource(inMemory(images), { ...config, rotationDegrees: 0, shiftPixels: 0 });
      const { value: original } = await plain.batchesOf(epoch, 0).next();
      const { value: seen } = await source.batchesOf(epoch, 0).next();
      const versions: Uint8Array[] = [];
      for (let position = 0; position < 12; position += 1) {
        const part = ({ pixels }: { pixels: Uint8Array }) =>
          pixels.slice(position * size, (position + 1) * size);
        const row = examples.findIndex(({ original: { pixels } }) =>
          Buffer.from(pixels).equals(part(original)),
        );
        if (row >= 0) versions[row] = part(seen);
      }
      rowsByEpoch.set(epoch, versions);
    }
    await source.close();
    examples.forEach(({ original, versions }, row) => {
      expect(original).toEqual({ pixels: images.pixels.slice(row * size, (row + 1) * size), shape });
      expect(versions.shape).toEqual(withSides(shape, 25, 7));
      for (const epoch of [1, 2, 3, 4, 5])
        expect(versions.pixels.slice((epoch - 1) * size, epoch * size)).toEqual(rowsByEpoch.get(epoch)![row]);
    });
  },
);

test.each([
  [3, [28, 28], 3],
  [12, [28, 28], 10],
  [4, [224, 224], 3],
  [4, [128, 128, 3], 3],
  [2, [400, 400], 1],
] as const)('%d images of %j: %d columns', (count, imageShape, columns) => {
  const [height, width] = imageShape;
  const blank = new Uint8Array(count * valuesPerImage(imageShape));
  const images = { pixels: blank, labels: new Uint8Array(count), count, imageShape };
  const sheet = drawAugmentedExamples(images, runConfigSchema.parse({ shiftPixels: 2 }));
  expect(sheet).toHaveProperty('shape', withSides(imageShape, 6 * height, columns * width));
});
