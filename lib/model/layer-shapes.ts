import { PermanentError } from '../contracts/errors';
import { buildLayer, listWeights } from './build-layer';
import { type KerasGraph, modelInput } from './keras-graph';
import type { KerasLayer } from './keras-layers';
import type { WeightSlot } from './layers/layer-kind';
import type { Shape } from './layers/settings';

/** Per image: 224 × 224 × 64, the first layer of large networks, is 3.2 million. Layers without weights have no other limit. */
const maxOutputValues = 2 ** 22;

/** Shapes of one call of a layer, without the batch. */
export interface CallShapes {
  readonly inputs: readonly Shape[];
  readonly output: Shape;
}

type Network = Pick<KerasGraph, 'inputShape' | 'layers' | 'calls'>;

/**
 * The shapes of every call, without allocating memory for weights.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for layers that do not fit together.
 */
export function listCallShapes({ inputShape, layers, calls }: Network, what: string): CallShapes[] {
  const shapes: CallShapes[] = [];
  for (const { layer, inputs } of calls) {
    const given = inputs.map((input) => (input === modelInput ? inputShape : shapes[input]!.output));
    shapes.push({ inputs: given, output: outputShape(layers[layer]!, given, what) });
  }
  return shapes;
}

/**
 * The weights, one list per layer, without allocating memory for them.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for layers that do not fit together.
 */
export function listGraphWeights(graph: Network, what: string): (readonly WeightSlot[])[] {
  const weights: (readonly WeightSlot[])[] = graph.layers.map(() => []);
  for (const [index, { inputs }] of listCallShapes(graph, what).entries()) {
    const { layer } = graph.calls[index]!;
    weights[layer] = listWeights(graph.layers[layer]!, inputs[0]!);
  }
  return weights;
}

function outputShape(layer: KerasLayer, inputShapes: readonly Shape[], what: string): Shape {
  try {
    const [first, ...others] = inputShapes.map((shape) => [null, ...shape]);
    // Merging layers check the shapes of their inputs when they are built.
    const shape = buildLayer(layer)
      .computeOutputShape(others.length === 0 ? first! : [first!, ...others])
      .slice(1) as (number | null)[];
    // TensorFlow.js checks dimensions only when it builds a layer; before, it computes with missing ones.
    const known = shape.filter((size) => size !== null);
    if (!known.every((size) => Number.isSafeInteger(size) && size > 0))
      throw new Error(`its output would be ${formatShape(shape)}`);
    if (known.reduce((product, size) => product * size, 1) > maxOutputValues)
      throw new Error(`its output would be ${formatShape(shape)}, more than ${maxOutputValues} values`);
    return shape;
  } catch (cause) {
    throw doesNotFit(layer, inputShapes, what, cause);
  }
}

/** `28×28×1`; a dimension of any size is `?`. */
export function formatShape(shape: Shape): string {
  return shape.map((size) => size ?? '?').join('×');
}

export function doesNotFit(
  { config }: KerasLayer,
  inputShapes: readonly Shape[],
  what: string,
  cause: unknown,
) {
  return new PermanentError(
    'InvalidInput',
    `${what} cannot be built: its layer ${JSON.stringify(config.name)} does not fit an input of ${inputShapes.map(formatShape).join(' and ')} (${String(cause)}). Check that its layers fit together.`,
    { cause },
  );
}
