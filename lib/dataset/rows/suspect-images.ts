import { channelsOf } from '../../contracts/image-shape';
import type { ImageRows } from '../conversion/image-rows';
import type { ValueRange } from './choose-white';

/** The outermost pixels of a sample of gray images. */
export interface BorderMeasures {
  readonly sum: number;
  readonly count: number;
}

/** Digits have a border of this many pixels, on which there is no ink. */
const side = 28;

/** Adds the border of images that have MNIST's shape; others are left out. */
export function measureBorder(
  { values, shape, rowCount }: ImageRows,
  before: BorderMeasures = { sum: 0, count: 0 },
): BorderMeasures {
  const [height, width] = shape;
  if (height !== side || width !== side || channelsOf(shape) !== 1) return before;
  let { sum, count } = before;
  for (let row = 0; row < rowCount; row += 1) {
    const image = row * side * side;
    for (let at = 0; at < side; at += 1) {
      sum += values[image + at]! + values[image + side * (side - 1) + at]!;
      sum += values[image + side * at]! + values[image + side * at + side - 1]!;
      count += 4;
    }
  }
  return { sum, count };
}

/** Images of MNIST's shape on a light ground: a model of theirs does not recognize MNIST's digits, nor the other way round. */
export function remarkOnPolarity(
  { sum, count }: BorderMeasures,
  { white, black }: Pick<ValueRange, 'white' | 'black'>,
  invert: boolean,
): string[] {
  if (count === 0) return [];
  const isLight = (sum / count - black) / (white - black) > 0.5;
  if (isLight === invert) return [];
  return [
    isLight
      ? 'The images have a light border, and those of MNIST have a dark one. If these are dark digits on light paper, --invert gives a model the polarity that "predict" and the try-it page expect.'
      : 'The images have a dark border, as those of MNIST, and --invert makes it light. Leave --invert out if these are light digits on a dark ground.',
  ];
}

/** Names of classes that are numbers like the labels of EMNIST's letters, whose images are transposed. */
export function remarkOnTransposition(classNames: readonly string[], transpose: boolean): string[] {
  const areLetters =
    classNames.length === 26 && classNames.every((name, index) => name === String(index + 1));
  if (transpose || !areLetters) return [];
  return [
    'The labels are 1 to 26, as those of EMNIST, whose images are transposed: rows and columns are swapped. If this is EMNIST, --transpose gives a model that recognizes upright letters.',
  ];
}
