import { PermanentError } from '../contracts/errors';
import { centerDigit, type GrayImage } from './center-digit';
import type { DecodedImage } from './decode-image';
import { flattenOnto, reduceTransparency } from './gray-values';
import { type Ink, separateInk } from './separate-ink';

/** How an image was read, for whoever wonders about an answer. */
export interface DigitReading {
  /** `opaque` and `transparent`: the digit is in the opacity, whatever its color. */
  readonly ink: Ink | 'opaque' | 'transparent';
  readonly decidedBy: 'border' | 'transparency' | 'flag';
}

interface ReadOptions {
  /** Ink on this side of its background, with transparent parts on the other; by default the image itself decides. */
  readonly forced: Ink | undefined;
  /** What messages call the image. */
  readonly fileName: string;
}

/**
 * A digit as the model knows digits: light on 0, scaled and centered as the try-it page does with a drawing.
 *
 * @param shape - [height, width] of the result, in pixels.
 * @throws PermanentError InvalidInput where nothing stands out from the background.
 */
export function readDigit(
  image: DecodedImage,
  shape: readonly [number, number],
  { forced, fileName }: ReadOptions,
): DigitReading & { readonly digit: GrayImage } {
  const gray =
    forced === undefined
      ? reduceTransparency(image)
      : { ...flattenOnto(image, forced === 'dark' ? 1 : 0), isOpacity: false };
  const separated = separateInk(gray, { forced, isLossy: image.isLossy });
  const digit = separated && centerDigit(separated.image, shape);
  if (separated === undefined || digit === undefined)
    throw new PermanentError('InvalidInput', `There is no digit here: ${whyNot(image, forced, fileName)}`, {
      evidence: { fileName },
    });
  const { ink } = separated;
  if (!gray.isOpacity) return { ink, decidedBy: forced === undefined ? 'border' : 'flag', digit };
  return { ink: ink === 'light' ? 'opaque' : 'transparent', decidedBy: 'transparency', digit };
}

/**
 * The image's own gray values, transparent parts as black, for models of images that are not centered digits.
 *
 * @param shape - [height, width] that the image has to have, in pixels.
 * @returns [height · width] in [0, 1].
 * @throws PermanentError InvalidInput for another size.
 */
export function readUnchanged(
  image: DecodedImage,
  shape: readonly [number, number],
  fileName: string,
): Float32Array {
  const [height, width] = image.shape;
  if (height === shape[0] && width === shape[1]) return flattenOnto(image, 0).pixels;
  throw new PermanentError(
    'InvalidInput',
    `${fileName} is ${width}×${height} pixels, and the model was trained on ${shape[1]}×${shape[0]}. Scale it to that size, or leave out --raw.`,
    { evidence: { fileName, width, height } },
  );
}

function whyNot(image: DecodedImage, forced: Ink | undefined, fileName: string): string {
  const { rgba, shape } = image;
  const first = rgba.subarray(0, 4);
  const pixels = `${shape[1]}×${shape[0]} pixels of ${fileName}`;
  if (rgba.every((value, at) => at % 4 !== 3 || value === 0)) return `all ${pixels} are transparent.`;
  if (rgba.every((value, at) => value === first[at % 4]))
    return `all ${pixels} have the same color, #${Buffer.from(first.subarray(0, 3)).toString('hex')}.`;
  if (forced === undefined) return `nothing in ${fileName} stands out from its background.`;
  const [flag, side] = forced === 'dark' ? ['--invert', 'darker'] : ['--no-invert', 'lighter'];
  return `nothing in ${fileName} is ${side} than its background, which is what ${flag} looks for. Leave out ${flag}.`;
}
