import { valuesPerImage } from '../contracts/image-shape';
import type { TryItExamples } from '../contracts/try-it-examples';
import type { LabeledImages } from '../dataset/load-split';

/** As many as there are number keys. */
const maxExamples = 10;

/** The first test image of each class, in the order of the labels. */
export function chooseExamples(
  runId: string,
  { pixels, labels, imageShape }: Pick<LabeledImages, 'pixels' | 'labels' | 'imageShape'>,
): TryItExamples {
  const imageValues = valuesPerImage(imageShape);
  const classes = [...new Set(labels)].sort((a, b) => a - b).slice(0, maxExamples);
  const images = classes.map((label) => {
    const index = labels.indexOf(label);
    const image = pixels.subarray(index * imageValues, (index + 1) * imageValues);
    return { index, label, pixels: Buffer.from(image).toString('base64') };
  });
  return { schemaVersion: 1, runId, imageShape, images };
}
