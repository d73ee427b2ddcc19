import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { printableNames } from '../contracts/class-names';
import { type ImageShape, imageShapeOf } from '../contracts/image-shape';
import type { DecodedImage } from '../image/decode-image';
import { findDoubts, findHesitation } from '../image/doubts';
import { type DigitReading, readDigit, readUnchanged } from '../image/read-digit';
import { labelsOf, type Preparation, preparationOf } from '../model/model-labels';
import { shorten } from '../report/class-labels';
import { readScaled } from './read-scaled';

export interface ClassifyOptions {
  /** Names the image in messages. */
  readonly fileName: string;
  /**
   * True for a dark digit on a light background, false for the reverse.
   *
   * @default what the image itself shows; for images that are no centered digits, as in the training
   */
  readonly isInverted: boolean | undefined;
  /** The image has the model's input size, and the model gets it unchanged. */
  readonly isRaw: boolean;
}

interface ImageFacts {
  readonly format: string;
  /** In pixels, upright. */
  readonly width: number;
  readonly height: number;
}

/** How the image was converted to the model's input: a digit was found and centered, or the whole image was scaled. */
export type Reading = ImageFacts &
  (
    | (DigitReading & { readonly isCentered: boolean })
    | { readonly isCentered: false; readonly isScaled: true; readonly isInverted: boolean }
  );

export interface Classification {
  /** The class with the highest probability. */
  readonly predicted: number;
  /** [classes], sums to 1. */
  readonly probabilities: readonly number[];
  /** [classes], printable. */
  readonly classNames: readonly string[];
  /** The pixel value of the training data that was 1 for the model; images are in [0, 1] whatever it is. */
  readonly white: number;
  readonly reading: Reading;
  /** Why the prediction is not reliable, in sentences; empty if nothing speaks against it. */
  readonly doubts: readonly string[];
}

/**
 * Converts an image as those of the training were prepared, and classifies it. For models of centered digits, it finds
 * the digit in the image.
 *
 * @param model - of images; stays the caller's.
 * @throws PermanentError InvalidInput where there is no digit, or for a raw image of another size.
 */
export async function classifyImage(
  model: LayersModel,
  image: DecodedImage,
  options: ClassifyOptions,
): Promise<Classification> {
  const inputShape = model.inputs[0]!.shape.slice(1) as number[];
  const shape = imageShapeOf(inputShape);
  const { preparation: known, white, ...labels } = labelsOf(model);
  const preparation = preparationOf(known, shape);
  const classNames = printableNames(labels.classNames);
  const { pixels, reading } = readInput(image, shape, preparation, options);
  const output = tidy(() => model.predict(tensor(pixels, [1, ...inputShape])) as Tensor);
  const probabilities = Array.from(await output.data<'float32'>());
  output.dispose();
  return {
    predicted: probabilities.indexOf(Math.max(...probabilities)),
    probabilities,
    classNames,
    white,
    reading,
    doubts: findDoubtsOf(reading, { pixels, shape }, { probabilities, classNames }, options),
  };
}

function readInput(
  image: DecodedImage,
  shape: ImageShape,
  preparation: Preparation,
  { fileName, isInverted, isRaw }: ClassifyOptions,
): { readonly pixels: Float32Array; readonly reading: Reading } {
  const [height, width] = image.shape;
  const facts = { format: image.format, width, height };
  if (isRaw) {
    const values = readUnchanged(image, shape, fileName);
    const pixels = isInverted === true ? values.map((each) => 1 - each) : values;
    const ink = isInverted === true ? 'dark' : 'light';
    return { pixels, reading: { ink, decidedBy: 'flag', ...facts, isCentered: false } };
  }
  if (!preparation.isCentered) {
    const negative = isInverted ?? preparation.isInverted;
    const scaled = { isCentered: false, isScaled: true, isInverted: negative } as const;
    return { pixels: readScaled(image, shape, negative), reading: { ...scaled, ...facts } };
  }
  const forced = isInverted === undefined ? undefined : isInverted ? 'dark' : 'light';
  const [rows, columns] = shape;
  const { digit, ink, decidedBy } = readDigit(image, [rows, columns], { forced, fileName });
  return { pixels: digit.pixels, reading: { ink, decidedBy, ...facts, isCentered: true } };
}

const maxNameInSentence = 40;

function findDoubtsOf(
  { isCentered }: Reading,
  { pixels, shape: [height, width] }: { readonly pixels: Float32Array; readonly shape: ImageShape },
  { probabilities, classNames }: Pick<Classification, 'probabilities' | 'classNames'>,
  { isRaw }: ClassifyOptions,
): string[] {
  const nameOf = (label: number) => shorten(classNames[label]!, maxNameInSentence);
  if (isCentered) return findDoubts({ pixels, shape: [height, width] }, probabilities, nameOf);
  return isRaw ? [] : findHesitation(probabilities, nameOf);
}
