import { appendLayer, freeName, removeLayer, replaceLayer } from './edit-graph';
import type { KerasGraph } from './keras-graph';
import { type KerasLayer, readLayer } from './keras-layers';

/**
 * The network without the softmax at its end, which the loss computes: a setting of the last layer, or a layer of its
 * own. The weights keep their names and order. A network that has no softmax there stays as it is.
 */
export function toLogits(graph: KerasGraph): KerasGraph {
  const last = lastLayer(graph);
  const { layer, position } = last;
  if (isSoftmaxLayer(layer)) return isCalledOnce(graph, last) ? removeLayer(graph, position) : graph;
  return hasSoftmaxSetting(layer) ? replaceLayer(graph, position, withActivation(layer, 'linear')) : graph;
}

/**
 * The network with a softmax at its end. The weights keep their names and order. One that ends in logits gets it as the
 * setting of its last Dense, or else as a layer.
 */
export function toProbabilities(graph: KerasGraph): KerasGraph {
  const { layer, position } = lastLayer(graph);
  if (isSoftmaxLayer(layer) || hasSoftmaxSetting(layer)) return graph;
  if (layer.class_name === 'Dense' && layer.config.activation === 'linear')
    return replaceLayer(graph, position, withActivation(layer, 'softmax'));
  const config = { name: freeName('probabilities', graph), activation: 'softmax' };
  return appendLayer(graph, readLayer('Activation', config, `The model "${graph.name}"`));
}

interface LastLayer {
  readonly layer: KerasLayer;
  /** Among the layers. */
  readonly position: number;
}

export function lastLayer({ layers, calls }: Pick<KerasGraph, 'layers' | 'calls'>): LastLayer {
  const position = calls.at(-1)!.layer;
  return { layer: layers[position]!, position };
}

function isSoftmaxLayer({ class_name, config }: KerasLayer): boolean {
  if (class_name === 'Softmax') return config.axis === -1;
  return class_name === 'Activation' && config.activation === 'softmax';
}

function hasSoftmaxSetting({ class_name, config }: KerasLayer): boolean {
  return class_name !== 'Activation' && 'activation' in config && config.activation === 'softmax';
}

/** A softmax as the only layer has nothing before it that could be the output. */
function isCalledOnce({ calls }: KerasGraph, { position }: LastLayer): boolean {
  return calls.length > 1 && calls.filter(({ layer }) => layer === position).length === 1;
}

function withActivation(layer: KerasLayer, activation: 'linear' | 'softmax'): KerasLayer {
  return { ...layer, config: { ...layer.config, activation } } as KerasLayer;
}
