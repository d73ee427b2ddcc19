import type { Conversion } from '../../contracts/conversion';
import { channelsOf } from '../../contracts/image-shape';
import { scaleToFit } from './area-filter';
import { toColor, toGray } from './channels';
import { formatSize, type ImageRows } from './image-rows';
import { scaleValues } from './value-scale';

/**
 * The ground of prepared images: models here expect light on dark. With `invert` it is what the white of a source becomes,
 * so that a scan on white paper is extended by paper.
 */
const ground = 0;

export interface ConvertedRows {
  /** [rows, ...imageShape]; meaningless where there are problems. It may be the array of the source. */
  readonly pixels: Uint8Array;
  /** One sentence for each image that cannot be converted, with its name. */
  readonly problems: readonly string[];
}

/** The bytes of the prepared images: scaled, upright, of the right number of channels and of the right size. */
export function convertRows(rows: ImageRows, conversion: Conversion): ConvertedRows {
  const [height, width] = conversion.transpose ? [rows.shape[1], rows.shape[0]] : rows.shape;
  const [targetHeight, targetWidth] = conversion.imageShape;
  if (!conversion.resize && (height !== targetHeight || width !== targetWidth))
    return { pixels: new Uint8Array(0), problems: describeOtherSize(rows, conversion) };
  const { pixels, problems } = scaleValues(rows, conversion);
  if (problems.length > 0) return { pixels, problems };
  const channels = channelsOf(conversion.imageShape);
  const recolored = changeChannels(pixels, channelsOf(rows.shape), channels);
  const upright = conversion.transpose ? swapSides(recolored, rows, channels) : recolored;
  const shape = [height, width, channels] as const;
  return { pixels: scaleToFit(upright, shape, [targetHeight, targetWidth], ground), problems };
}

function changeChannels(pixels: Uint8Array, from: 1 | 3, to: 1 | 3): Uint8Array {
  if (from === to) return pixels;
  return to === 1 ? toGray(pixels) : toColor(pixels);
}

/** Rows become columns. */
function swapSides(pixels: Uint8Array, { shape, rowCount }: ImageRows, channels: number): Uint8Array {
  const [height, width] = shape;
  const swapped = new Uint8Array(pixels.length);
  let at = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const image = row * height * width;
    for (let x = 0; x < width; x += 1) {
      for (let y = 0; y < height; y += 1) {
        const from = (image + y * width + x) * channels;
        for (let channel = 0; channel < channels; channel += 1) swapped[at++] = pixels[from + channel]!;
      }
    }
  }
  return swapped;
}

function describeOtherSize({ shape, rowCount, nameOf }: ImageRows, conversion: Conversion): string[] {
  const [height, width] = conversion.imageShape;
  const expected = conversion.transpose ? formatSize(width, height) : formatSize(height, width);
  return Array.from(
    { length: rowCount },
    (_, row) =>
      `${nameOf(row)} has ${formatSize(shape[0], shape[1])} pixels, and the images of this dataset have ${expected}. Scale it to this size, or scale all images with --image-size.`,
  );
}
