import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';
import { describeSize, type ImageShape, valuesPerImage } from '../contracts/image-shape';
import { inputShapesOf } from '../model/fit-images';
import { formatShape } from '../model/layer-shapes';

/**
 * Checks that a model takes images of a shape. A model fits if its input is that shape or flat, either with further
 * dimensions of 1, or if it takes images of any size.
 *
 * @param what - names the model in messages.
 * @throws PermanentError InvalidInput for a model of other images.
 */
export function assertAcceptsImages(model: LayersModel, imageShape: ImageShape, what: string): void {
  const expected = model.inputs[0]!.shape.slice(1);
  const sides = expected.filter((size) => size !== 1);
  const isImage =
    sides.length === imageShape.length &&
    imageShape.every((size, axis) => [null, size].includes(sides[axis]!));
  if (isImage || (sides.length === 1 && sides[0] === valuesPerImage(imageShape))) return;
  const allowed = inputShapesOf(imageShape).map((shape) => shape.join('×'));
  throw new PermanentError(
    'InvalidInput',
    `${what} takes an input of ${formatShape(expected)}, but the images of the dataset have ${describeSize(imageShape)}. For them, the input must be one of ${allowed.join(', ')}. Choose another --dataset or another model.`,
  );
}
