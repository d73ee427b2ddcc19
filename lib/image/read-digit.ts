import { PermanentError } from '../contracts/errors';
import type { ImageShape } from '../contracts/image-shape';
import { centerDigit, type GrayImage } from './center-digit';
import type { DecodedImage } from './decode-image';
import { flattenColor } from './flatten-color';
import { flattenOnto, reduceTransparency } from './gray-values';
import { type Ink, separateInk } from './separate-ink';

/** How an image was interpreted, to explain an answer. */
export interface DigitReading {
  /** `opaque` and `transparent`: the digit is in the opacity, whatever its color. */
  readonly ink: Ink | 'opaque' | 'transparent';
  readonly decidedBy: 'border' | 'transparency' | 'flag';
}

interface ReadOptions {
  /** Ink darker or lighter than the background; transparent parts are background. By default the image decides. */
  readonly forced: Ink | undefined;
  /** For messages. */
  readonly fileName: string;
}

/**
 * A digit in the form of the training images: light on 0, scaled and centered, like a drawing on the try-it page.
 *
 * @param shape - [height, width] of the result, in pixels.
 * @throws PermanentError InvalidInput where nothing is distinct from the background.
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
 * The unchanged values, with transparent parts as black.
 *
 * @param shape - that the image must have.
 * @returns [...shape] in [0, 1].
 * @throws PermanentError InvalidInput for another size.
 */
export function readUnchanged(image: DecodedImage, shape: ImageShape, fileName: string): Float32Array {
  const [height, width] = image.shape;
  if (height === shape[0] && width === shape[1])
    return shape.length === 3
      ? Float32Array.from(flattenColor(image, 0), (value) => value / 255)
      : flattenOnto(image, 0).pixels;
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
  if (forced === undefined) return `nothing in ${fileName} is distinct from its background.`;
  const [flag, side] = forced === 'dark' ? ['--invert', 'darker'] : ['--no-invert', 'lighter'];
  return `nothing in ${fileName} is ${side} than its background, which is what ${flag} looks for. Leave out ${flag}.`;
}
