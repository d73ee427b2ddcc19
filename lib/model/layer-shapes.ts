import { PermanentError } from '../contracts/errors';
import { buildLayer, weightShapes } from './build-layer';
import type { KerasLayer, KerasTopology } from './keras-layers';

/**
 * The shapes of the weights, a list per layer, without taking memory for any.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for layers that do not fit together.
 */
export function listWeightShapes({ inputShape, layers }: KerasTopology, what: string): number[][][] {
  let shape = [...inputShape];
  return layers.map((layer) => {
    const shapes = weightShapes(layer, shape);
    shape = outputShape(layer, shape, what);
    return shapes;
  });
}

function outputShape(layer: KerasLayer, inputShape: readonly number[], what: string): number[] {
  try {
    const shape = buildLayer(layer)
      .computeOutputShape([null, ...inputShape])
      .slice(1) as number[];
    // TensorFlow.js checks dimensions when it builds a layer, and computes with missing ones before.
    if (shape.every((size) => Number.isSafeInteger(size) && size > 0)) return shape;
    throw new Error(`its output would be ${shape.join('×')}`);
  } catch (cause) {
    throw doesNotFit(layer, inputShape, what, cause);
  }
}

export function doesNotFit(
  { config }: KerasLayer,
  inputShape: readonly number[],
  what: string,
  cause: unknown,
) {
  return new PermanentError(
    'InvalidInput',
    `${what} cannot be built: its layer ${JSON.stringify(config.name)} does not fit an input of ${inputShape.join('×')} (${String(cause)}). Check that its layers fit together.`,
    { cause },
  );
}
