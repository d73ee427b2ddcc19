import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DecodedImage } from '../image/decode-image';
import { findDoubts } from '../image/doubts';
import { type DigitReading, readDigit, readUnchanged } from '../image/read-digit';

export interface ClassifyOptions {
  /** Names the image in messages. */
  readonly fileName: string;
  /** True for a dark digit on a light background, false for the reverse. @default what the image itself shows */
  readonly isInverted: boolean | undefined;
  /** The image has the model's input size, and the model gets it unchanged. */
  readonly isRaw: boolean;
}

/** How the image was converted to the model's input. */
export interface Reading extends DigitReading {
  readonly format: string;
  /** In pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly isCentered: boolean;
}

export interface Classification {
  /** The class with the highest probability. */
  readonly predicted: number;
  /** [classes], sums to 1. */
  readonly probabilities: readonly number[];
  readonly reading: Reading;
  /** Why the prediction is not reliable, in sentences; empty if nothing speaks against it. */
  readonly doubts: readonly string[];
}

/**
 * Finds the digit in an image, converts it as the images of MNIST were, and classifies it.
 *
 * @param model - of images; stays the caller's.
 * @throws PermanentError InvalidInput where there is no digit, or for a raw image of another size.
 */
export async function classifyImage(
  model: LayersModel,
  image: DecodedImage,
  options: ClassifyOptions,
): Promise<Classification> {
  // [height, width] for the perceptron, [height, width, 1] for a convolution.
  const inputShape = model.inputs[0]!.shape.slice(1) as number[];
  const shape = [inputShape[0]!, inputShape[1]!] as const;
  const { pixels, reading } = readInput(image, shape, options);
  const output = tidy(() => model.predict(tensor(pixels, [1, ...inputShape])) as Tensor);
  const probabilities = Array.from(await output.data<'float32'>());
  output.dispose();
  return {
    predicted: probabilities.indexOf(Math.max(...probabilities)),
    probabilities,
    reading,
    // A raw image need not be the drawing of a digit.
    doubts: options.isRaw ? [] : findDoubts({ pixels, shape }, probabilities),
  };
}

function readInput(
  image: DecodedImage,
  shape: readonly [number, number],
  { fileName, isInverted, isRaw }: ClassifyOptions,
): { readonly pixels: Float32Array; readonly reading: Reading } {
  const [height, width] = image.shape;
  const facts = { format: image.format, width, height, isCentered: !isRaw };
  if (isRaw) {
    const gray = readUnchanged(image, shape, fileName);
    const pixels = isInverted === true ? gray.map((each) => 1 - each) : gray;
    return { pixels, reading: { ink: isInverted === true ? 'dark' : 'light', decidedBy: 'flag', ...facts } };
  }
  const forced = isInverted === undefined ? undefined : isInverted ? 'dark' : 'light';
  const { digit, ink, decidedBy } = readDigit(image, shape, { forced, fileName });
  return { pixels: digit.pixels, reading: { ink, decidedBy, ...facts } };
}
