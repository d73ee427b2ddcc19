import { valuesPerImage } from '../contracts/image-shape';
import type { TryItExamples } from '../contracts/try-it-examples';
import { type ImageSource, readBlocks } from '../dataset/image-source';

/** As many as there are number keys. */
const maxExamples = 10;

/**
 * The first test image of each class, in the order of the labels. Blocks after the last of these are not read.
 *
 * @param labelCounts - test images with label 0, 1, …
 */
export async function chooseExamples(
  runId: string,
  source: ImageSource,
  labelCounts: readonly number[],
): Promise<TryItExamples> {
  const { imageShape } = source;
  const values = valuesPerImage(imageShape);
  const classes = [...labelCounts.keys()].filter((label) => labelCounts[label]! > 0).slice(0, maxExamples);
  const found = new Map<number, TryItExamples['images'][number]>();
  let firstRow = 0;
  for await (const { pixels, labels, count } of readBlocks(source)) {
    for (const label of classes) {
      const row = found.has(label) ? -1 : labels.indexOf(label);
      if (row === -1) continue;
      const image = pixels.subarray(row * values, (row + 1) * values);
      found.set(label, { index: firstRow + row, label, pixels: Buffer.from(image).toString('base64') });
    }
    firstRow += count;
    if (found.size === classes.length) break;
  }
  return { schemaVersion: 1, runId, imageShape, images: classes.flatMap((label) => found.get(label) ?? []) };
}
