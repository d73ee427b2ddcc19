import { areIndexNames } from '../../contracts/class-names';
import type { Prediction } from '../../contracts/results';
import type { RunConfig } from '../../contracts/run-config';
import { type ByteImage, imageDataUrl } from '../byte-image';
import { nameInText } from '../class-labels';
import { drawText, type Plot } from './plot';

const columns = 5;
const tile = { side: 104, width: 118, height: 146, left: 22, top: 38 };

/** With two lines, below an image, for names. */
const namesHeight = 17;
const maxNameLength = 15;

/**
 * @param images - one for each prediction, in the same order.
 * @param classNames - printable.
 */
export function drawFirstTen(
  predictions: readonly Prediction[],
  images: readonly ByteImage[],
  classNames: readonly string[],
  evaluateOn: RunConfig['evaluateOn'] = 'test',
): Plot {
  const isNumbered = areIndexNames(classNames);
  const height = tile.height + (isNumbered ? 0 : namesHeight);
  const rows = Math.ceil(predictions.length / columns);
  const nameOf = (label: number) => nameInText(classNames[label]!, maxNameLength);
  const captionOf = (predicted: number, label: number) =>
    isNumbered
      ? [`pred ${predicted} / true ${label}`]
      : [nameOf(predicted), predicted === label ? 'correct' : `true ${nameOf(label)}`];
  const tiles = predictions.map(({ label, predicted }, position) => {
    const x = tile.left + (position % columns) * tile.width;
    const y = tile.top + Math.floor(position / columns) * height;
    const className = label === predicted ? 'answer-right' : 'answer-wrong';
    return (
      `<image x="${x}" y="${y}" width="${tile.side}" height="${tile.side}" image-rendering="pixelated" href="${imageDataUrl(images[position]!)}"/>` +
      `<rect class="grid" x="${x}" y="${y}" width="${tile.side}" height="${tile.side}"/>` +
      captionOf(predicted, label)
        .map((line, index) =>
          drawText(x + tile.side / 2, y + tile.side + 19 + namesHeight * index, line, className, 'middle'),
        )
        .join('')
    );
  });
  const rightCount = predictions.filter(({ label, predicted }) => label === predicted).length;
  return {
    name: 'first-ten',
    title: `First ${predictions.length === 10 ? 'ten' : predictions.length} ${evaluateOn} images`,
    description: `${rightCount} of ${predictions.length} predictions are right.`,
    width: tile.left * 2 + tile.width * columns - (tile.width - tile.side),
    height: tile.top + rows * height,
    marks: tiles.join(''),
  };
}
