import { dispose, tensor } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  type SymbolicTensor,
  sequential,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { buildLayer } from './build-layer';
import { type KerasGraph, modelInput } from './keras-graph';
import { isChain } from './keras-topology';
import { doesNotFit } from './layer-shapes';
import type { TfjsLayer } from './layers/layer-kind';

/** float32, row-major. */
export interface WeightValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One list per layer of a graph, in its order. */
export type GraphWeights = readonly (readonly WeightValues[])[];

/**
 * Makes a TensorFlow.js model of a description: a chain becomes a Sequential. The caller disposes it.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @param weights - @default the initial values of TensorFlow.js, which are not seeded
 * @throws PermanentError InvalidInput for layers that do not fit together.
 */
export function assemble(graph: KerasGraph, what: string, weights?: GraphWeights): LayersModel {
  return isChain(graph) ? assembleChain(graph, what, weights) : assembleBranched(graph, what, weights);
}

function assembleChain(
  { name, inputShape, layers }: KerasGraph,
  what: string,
  weights: GraphWeights | undefined,
): LayersModel {
  const model = sequential({ name });
  for (const [index, layer] of layers.entries()) {
    const built = buildLayer(layer, index === 0 ? inputShape : undefined);
    try {
      model.add(built);
      if (weights !== undefined) setWeights(built, weights[index]!);
    } catch (cause) {
      model.dispose();
      throw doesNotFit(layer, [inputShape], what, cause);
    }
  }
  return model;
}

function assembleBranched(
  { name, inputShape, layers, calls }: KerasGraph,
  what: string,
  weights: GraphWeights | undefined,
): LayersModel {
  const built = layers.map((layer) => buildLayer(layer));
  const images = input({ shape: [...inputShape] });
  const outputs: SymbolicTensor[] = [];
  for (const { layer, inputs } of calls) {
    const given = inputs.map((each) => (each === modelInput ? images : outputs[each]!));
    try {
      outputs.push(built[layer]!.apply(given.length === 1 ? given[0]! : given) as SymbolicTensor);
    } catch (cause) {
      for (const each of built) if (each.built) each.dispose();
      throw doesNotFit(
        layers[layer]!,
        given.map(({ shape }) => shape.slice(1)),
        what,
        cause,
      );
    }
  }
  const model = toModel({ name, inputs: images, outputs: outputs.at(-1)! });
  // TensorFlow.js sorts by depth. The order decides that of all weights, which must follow from the graph alone.
  const positions = new Map(built.map((layer, position) => [layer, position]));
  model.layers.sort((a, b) => (positions.get(a) ?? -1) - (positions.get(b) ?? -1));
  if (weights !== undefined) for (const { layer } of calls) setWeights(built[layer]!, weights[layer]!);
  const isFirstCall = (index: number) =>
    calls.findIndex(({ layer }) => layer === calls[index]!.layer) === index;
  disposeCompletely(
    model,
    calls.flatMap(({ layer }, index) => (isFirstCall(index) ? [] : built[layer]!)),
  );
  return model;
}

/** TensorFlow.js keeps the weights of a layer until it was disposed as often as called; a model disposes it once. */
function disposeCompletely(model: LayersModel, calledAgain: readonly TfjsLayer[]): void {
  const disposeOnce = model.dispose.bind(model);
  model.dispose = () => {
    for (const layer of calledAgain) layer.dispose();
    return disposeOnce();
  };
}

function setWeights(layer: TfjsLayer, weights: readonly WeightValues[]): void {
  const tensors = weights.map(({ values, shape }) => tensor(values, [...shape], 'float32'));
  try {
    layer.setWeights(tensors);
  } finally {
    dispose(tensors);
  }
}
