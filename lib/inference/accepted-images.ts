import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';
import type { ImageShape } from '../contracts/image-shape';
import { formatShape } from '../model/layer-shapes';

/**
 * Checks that a model takes images of a size. A model fits if its input is [height, width] or [height · width], either
 * with further dimensions of 1, or if it takes images of any size.
 *
 * @param what - names the model in messages.
 * @throws PermanentError InvalidInput for a model of other images.
 */
export function assertAcceptsImages(model: LayersModel, [height, width]: ImageShape, what: string): void {
  const expected = model.inputs[0]!.shape.slice(1);
  const sides = expected.filter((size) => size !== 1);
  const isImage =
    sides.length === 2 && [height, width].every((size, axis) => [null, size].includes(sides[axis]!));
  if (isImage || (sides.length === 1 && sides[0] === height * width)) return;
  const allowed = [[height, width], [height * width], [height, width, 1]].map((shape) => shape.join('×'));
  throw new PermanentError(
    'InvalidInput',
    `${what} takes an input of ${formatShape(expected)}, but the images of the dataset are ${height}×${width}. For them, the input must be one of ${allowed.join(', ')}. Choose another --dataset or another model.`,
  );
}
