import type { GrayImage } from './center-digit';
import { measureShape } from './digit-shape';

/** On MNIST's test images: 0.5 % have a second part this large, 0.5 % are this wide, 0.1 % this full. */
const limits = { secondPartFraction: 0.1, aspect: 1.45, fillFraction: 0.93 } as const;
/** A straight 1 fills the box around it, which is narrow. */
const narrowAspect = 0.5;
/** Below this difference of the two highest probabilities, a perceptron of one epoch is wrong in 42 % of MNIST's test images. */
const smallMargin = 0.5;

/**
 * Reasons not to trust an answer, in sentences; the same on the try-it page and for `predict`. It detects drawings whose
 * outline is unlike a digit's, but not letters that look like digits, such as an A like a 4.
 *
 * @param digit - centered, as given to the model.
 * @param probabilities - [classes], at least two.
 * @param nameOf - a class in a sentence. @default its number
 */
export function findDoubts(
  digit: GrayImage,
  probabilities: ArrayLike<number>,
  nameOf?: (label: number) => string,
): string[] {
  return [...findDoubtsOfShape(digit), ...findHesitation(probabilities, nameOf)];
}

function findDoubtsOfShape(digit: GrayImage): string[] {
  const shape = measureShape(digit);
  if (shape === undefined) return ['There is hardly any ink.'];
  if (shape.secondPartFraction > limits.secondPartFraction || shape.aspect > limits.aspect)
    return ['This looks like more than one digit: the model knows one at a time.'];
  return shape.fillFraction > limits.fillFraction && shape.aspect > narrowAspect
    ? ['This is a filled shape: the model knows digits drawn with strokes.']
    : [];
}

/**
 * The part of `findDoubts` that holds for any image.
 *
 * @param probabilities - [classes], at least two.
 * @param nameOf - a class in a sentence. @default its number
 */
export function findHesitation(
  probabilities: ArrayLike<number>,
  nameOf: (label: number) => string = String,
): string[] {
  const [first, second] = Array.from(probabilities, (probability, label) => ({ probability, label })).sort(
    (a, b) => b.probability - a.probability || a.label - b.label,
  );
  return first!.probability - second!.probability < smallMargin
    ? [`The model hesitates between ${nameOf(first!.label)} and ${nameOf(second!.label)}.`]
    : [];
}
