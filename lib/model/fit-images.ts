import { PermanentError } from '../contracts/errors';
import { describeSize, type ImageShape, valuesPerImage } from '../contracts/image-shape';
import { maxPixel } from '../dataset/pixels';
import { freeName, prependLayer, removeLayer, replaceLayer } from './edit-graph';
import { type KerasGraph, modelInput } from './keras-graph';
import { type KerasLayer, readLayer } from './keras-layers';
import { formatShape } from './layer-shapes';

/**
 * The network for images of this size: open sizes of its input are filled in, and a network of flat images gets a Flatten
 * before it.
 *
 * @param what - for the message, e.g. `The network of this run`.
 * @throws PermanentError InvalidInput for a network of other images.
 */
export function fitImageShape(graph: KerasGraph, imageShape: ImageShape, what: string): KerasGraph {
  const { inputShape } = graph;
  const fits = (shape: readonly number[]) =>
    shape.length === inputShape.length && shape.every((size, axis) => (inputShape[axis] ?? size) === size);
  const accepted = inputShapesOf(imageShape).find(fits);
  if (accepted?.length === 1) {
    const flatten = readLayer('Flatten', { name: freeName('flatten', graph) }, what);
    return prependLayer({ ...graph, inputShape: imageShape }, flatten);
  }
  if (accepted !== undefined) return { ...graph, inputShape: accepted };
  const allowed = inputShapesOf(imageShape).map((shape) => shape.join('×'));
  throw new PermanentError(
    'InvalidInput',
    `${what} takes an input of ${formatShape(inputShape)}, but the images of the dataset have ${describeSize(imageShape)}. For them, the input must be one of ${allowed.join(', ')}. Choose another --dataset or another --model.`,
  );
}

/** The inputs that a network of such images can have, without the batch; flat images last. */
export function inputShapesOf(imageShape: ImageShape): readonly (readonly number[])[] {
  const [height, width, channels] = imageShape;
  const withOneChannel = channels === undefined ? [[height, width, 1]] : [];
  return [imageShape, ...withOneChannel, [valuesPerImage(imageShape)]];
}

/** Layers that do not change pixels. */
const passing: readonly KerasLayer['class_name'][] = ['Flatten', 'Reshape', 'Permute', 'ZeroPadding2D'];
/** Bytes are multiplied by 1/255 or 1/127.5; a model for fractions has no reason for such a small factor. */
export const isFactorOfBytes = (scale: number) => Math.abs(scale) <= 1 / 64;

/**
 * The network for pixels in [0, 1], which all models of this pipeline take. A network that begins with a Rescaling of
 * bytes gets the factor for them, and none by 1/255.
 */
export function fitPixelRange(graph: KerasGraph): KerasGraph {
  const position = findFirstLayer(graph);
  const layer = position === undefined ? undefined : graph.layers[position];
  if (layer?.class_name !== 'Rescaling' || !isFactorOfBytes(layer.config.scale)) return graph;
  const scale = layer.config.scale * maxPixel;
  const isIdentity = Math.abs(scale - 1) < 1e-6 && layer.config.offset === 0;
  if (isIdentity && graph.calls.length > 1) return removeLayer(graph, position!);
  return replaceLayer(graph, position!, { ...layer, config: { ...layer.config, scale } });
}

/** The first layer that changes pixels, if nothing but layers that pass them is before it, and it is called once. */
function findFirstLayer({ layers, calls }: KerasGraph): number | undefined {
  let output = modelInput;
  for (;;) {
    const users = calls.filter(({ inputs }) => inputs.includes(output));
    const [user] = users;
    if (users.length !== 1 || calls.filter(({ layer }) => layer === user!.layer).length !== 1)
      return undefined;
    if (!passing.includes(layers[user!.layer]!.class_name)) return user!.layer;
    output = calls.indexOf(user!);
  }
}
