import type { Prediction } from '../../contracts/results';
import { type ByteImage, imageDataUrl } from '../byte-image';
import { drawText, type Plot } from './plot';

const columns = 5;
const tile = { side: 104, width: 118, height: 146, left: 22, top: 38 };

/** @param images - one for each prediction, in the same order. */
export function drawFirstTen(predictions: readonly Prediction[], images: readonly ByteImage[]): Plot {
  const rows = Math.ceil(predictions.length / columns);
  const tiles = predictions.map(({ label, predicted }, position) => {
    const x = tile.left + (position % columns) * tile.width;
    const y = tile.top + Math.floor(position / columns) * tile.height;
    const className = label === predicted ? 'answer-right' : 'answer-wrong';
    return (
      `<image x="${x}" y="${y}" width="${tile.side}" height="${tile.side}" image-rendering="pixelated" href="${imageDataUrl(images[position]!)}"/>` +
      `<rect class="grid" x="${x}" y="${y}" width="${tile.side}" height="${tile.side}"/>` +
      drawText(
        x + tile.side / 2,
        y + tile.side + 19,
        `pred ${predicted} / true ${label}`,
        className,
        'middle',
      )
    );
  });
  const rightCount = predictions.filter(({ label, predicted }) => label === predicted).length;
  return {
    name: 'first-ten',
    title: predictions.length === 10 ? 'First ten test images' : `First ${predictions.length} test images`,
    description: `${rightCount} of ${predictions.length} predictions are right.`,
    width: tile.left * 2 + tile.width * columns - (tile.width - tile.side),
    height: tile.top + rows * tile.height,
    marks: tiles.join(''),
  };
}
