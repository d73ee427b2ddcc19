import { channelsOf, imageShapeOf } from '../contracts/image-shape';

/**
 * What the numbers of a model's input are.
 *
 * @param inputShape - of one image, without the batch.
 * @param white - the value of a pixel of the data that becomes 1.
 */
export function describeInputValues(inputShape: readonly number[], white: number): string {
  return channelsOf(imageShapeOf(inputShape)) === 3
    ? `red, green and blue divided by ${white}, so in [0, 1]`
    : `gray values divided by ${white}, so in [0, 1]; 0 is the background`;
}
