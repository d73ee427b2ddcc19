import type { GrayImage } from './center-digit';

/** Whether a digit is darker or lighter than its background. */
export type Ink = 'dark' | 'light';

export interface SeparatedInk {
  readonly ink: Ink;
  /** In [0, 1], light ink on 0. */
  readonly image: GrayImage;
}

/** Times the median deviation of the background: random noise hardly ever exceeds it (five standard deviations). */
const noiseFactor = 8;
/** Ripples near edges in a JPEG or a lossy WebP, as a fraction of full contrast. */
const lossyRipple = 0.08;
/** On an uneven background, fainter marks are not considered a digit. */
const faintestOnNoise = 0.15;
/** Fainter ink, such as pencil, is scaled to full contrast; stronger ink stays unchanged. */
const faintInk = 0.75;

/**
 * Removes the background of an image: the background becomes 0, full contrast becomes 1. The background is the median of
 * the border, and ink is on the side that differs most from it. White ink on black stays unchanged.
 *
 * @param image - gray values in [0, 1].
 * @param forced - the only side to look for ink.
 * @returns `undefined` where nothing is distinct from the background.
 */
export function separateInk(
  { pixels, shape }: GrayImage,
  { forced, isLossy }: { readonly forced?: Ink | undefined; readonly isLossy: boolean },
): SeparatedInk | undefined {
  const border = borderOf(pixels, shape);
  const background = medianOf(border);
  const ink = forced ?? strongerSide(pixels, background);
  const room = ink === 'dark' ? background : 1 - background;
  if (room === 0) return undefined;
  const sign = ink === 'dark' ? -1 : 1;
  const contrasts = pixels.map((gray) => Math.max(0, (sign * (gray - background)) / room));
  const strongest = contrasts.reduce((most, contrast) => Math.max(most, contrast), 0);
  const unevenness = medianOf(border.map((gray) => Math.abs(gray - background))) / room;
  const noise = Math.max(noiseFactor * unevenness, isLossy ? lossyRipple : 0);
  if (strongest === 0 || (noise > 0 && strongest < faintestOnNoise)) return undefined;
  const floor = Math.min(noise, strongest / 2);
  const scale = strongest < faintInk ? 1 / strongest : 1;
  const cleaned = contrasts.map((contrast) => (contrast < floor ? 0 : contrast * scale));
  return { ink, image: { pixels: cleaned, shape } };
}

function borderOf(pixels: Float32Array, [height, width]: readonly [number, number]): Float32Array {
  const border = new Float32Array(2 * (height + width));
  border.set(pixels.subarray(0, width));
  border.set(pixels.subarray((height - 1) * width), width);
  for (let row = 0; row < height; row += 1) {
    border[2 * width + row] = pixels[row * width]!;
    border[2 * width + height + row] = pixels[(row + 1) * width - 1]!;
  }
  return border;
}

function medianOf(values: Float32Array): number {
  return values.slice().sort()[values.length >> 1]!;
}

function strongerSide(pixels: Float32Array, background: number): Ink {
  let [darker, lighter] = [0, 0];
  for (const gray of pixels) {
    const difference = gray - background;
    if (difference < 0) darker += difference * difference;
    else lighter += difference * difference;
  }
  return darker > lighter ? 'dark' : 'light';
}
