import { channelsOf, imageShapeOf } from '../contracts/image-shape';
import type { ModelLabels } from './model-labels';

/**
 * What the numbers of a model's input are.
 *
 * @param inputShape - of one image, without the batch.
 * @param isInverted - black and white were exchanged for the training.
 */
export function describeInputValues(
  inputShape: readonly number[],
  { white, black = 0 }: Pick<ModelLabels, 'white' | 'black'>,
  isInverted: boolean,
): string {
  const isColor = channelsOf(imageShapeOf(inputShape)) === 3;
  const values = isColor ? 'red, green and blue' : 'gray values';
  const scaled =
    black === 0
      ? `${values} divided by ${white}`
      : `${values} from ${black} to ${white}, plus ${-black} and divided by ${white - black}`;
  const inverted = isInverted ? ', then subtracted from 1' : '';
  return `${scaled}${inverted}, so in [0, 1]${isColor ? '' : '; 0 is the background'}`;
}
