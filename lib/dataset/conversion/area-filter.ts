/** The part of each source pixel of one row or column that a target pixel covers. */
interface Coverage {
  readonly first: number;
  /** They add up to 1. */
  readonly weights: Float64Array;
}

/**
 * Scales the images with an area filter: a target pixel is the mean of the source pixels that it covers, each weighted
 * with the covered part. The aspect is kept, the image is in the middle, and the rest is `padding`. Where an odd number
 * of pixels is left over, the image is half a pixel further up or left.
 *
 * @param pixels - [rows, height, width, channels].
 * @returns [rows, targetHeight, targetWidth, channels]; the same array if nothing has to be scaled.
 */
export function scaleToFit(
  pixels: Uint8Array,
  [height, width, channels]: readonly [height: number, width: number, channels: number],
  [targetHeight, targetWidth]: readonly [height: number, width: number],
  padding: number,
): Uint8Array {
  if (height === targetHeight && width === targetWidth) return pixels;
  const rowCount = pixels.length / (height * width * channels);
  const scale = Math.min(targetHeight / height, targetWidth / width);
  const fittedHeight = Math.max(1, Math.round(height * scale));
  const fittedWidth = Math.max(1, Math.round(width * scale));
  const top = (targetHeight - fittedHeight) >> 1;
  const left = (targetWidth - fittedWidth) >> 1;
  const vertical = coverages(height, fittedHeight);
  const horizontal = coverages(width, fittedWidth);
  const target = new Uint8Array(rowCount * targetHeight * targetWidth * channels).fill(padding);
  // [width, channels] of one target row, before it is scaled horizontally.
  const line = new Float64Array(width * channels);
  for (let row = 0; row < rowCount; row += 1) {
    const image = pixels.subarray(row * height * width * channels, (row + 1) * height * width * channels);
    vertical.forEach((coverage, y) => {
      addLines(image, coverage, line);
      const start = ((row * targetHeight + top + y) * targetWidth + left) * channels;
      writeLine(line, horizontal, channels, target.subarray(start, start + fittedWidth * channels));
    });
  }
  return target;
}

/** The weighted sum of some lines of an image. */
function addLines(image: Uint8Array, { first, weights }: Coverage, line: Float64Array): void {
  line.fill(0);
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index]!;
    const start = (first + index) * line.length;
    for (let at = 0; at < line.length; at += 1) line[at]! += weight * image[start + at]!;
  }
}

function writeLine(
  line: Float64Array,
  horizontal: readonly Coverage[],
  channels: number,
  target: Uint8Array,
): void {
  horizontal.forEach(({ first, weights }, x) => {
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = 0;
      for (let index = 0; index < weights.length; index += 1)
        sum += weights[index]! * line[(first + index) * channels + channel]!;
      // Weights such as thirds do not add up to 1 exactly.
      target[x * channels + channel] = Math.floor(sum + 0.5 + 1e-9);
    }
  });
}

function coverages(side: number, targetSide: number): Coverage[] {
  return Array.from({ length: targetSide }, (_, target) => {
    // In units of 1 / targetSide of a source pixel, which are whole numbers.
    const [start, end] = [target * side, (target + 1) * side];
    const first = Math.floor(start / targetSide);
    const last = Math.ceil(end / targetSide);
    const weights = Float64Array.from({ length: last - first }, (_, index) => {
      const pixelStart = (first + index) * targetSide;
      return (Math.min(end, pixelStart + targetSide) - Math.max(start, pixelStart)) / side;
    });
    return { first, weights };
  });
}
