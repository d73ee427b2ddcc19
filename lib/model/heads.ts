import type { KerasGraph, Member } from './keras-graph';
import { type KerasLayer, readLayer } from './keras-layers';

/**
 * The network without the softmax at its end, which the loss computes: a setting of the last layer, or a layer of its
 * own. The weights keep their names and order. A network that has no softmax there stays as it is.
 */
export function toLogits(graph: KerasGraph): KerasGraph {
  const last = lastLayer(graph);
  const { layer, position } = last;
  if (isSoftmaxLayer(layer)) return isCalledOnce(graph, last) ? withoutLastCall(graph) : graph;
  return hasSoftmaxSetting(layer) ? withLayer(graph, position, withActivation(layer, 'linear')) : graph;
}

/**
 * The network with a softmax at its end. The weights keep their names and order. One that ends in logits gets it as the
 * setting of its last Dense, or else as a layer.
 */
export function toProbabilities(graph: KerasGraph): KerasGraph {
  const { layer, position } = lastLayer(graph);
  if (isSoftmaxLayer(layer) || hasSoftmaxSetting(layer)) return graph;
  return layer.class_name === 'Dense' && layer.config.activation === 'linear'
    ? withLayer(graph, position, withActivation(layer, 'softmax'))
    : withSoftmaxLayer(graph);
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

function isCalledOnce({ calls }: KerasGraph, { position }: LastLayer): boolean {
  return calls.length > 1 && calls.filter(({ layer }) => layer === position).length === 1;
}

function withActivation(layer: KerasLayer, activation: 'linear' | 'softmax'): KerasLayer {
  return { ...layer, config: { ...layer.config, activation } } as KerasLayer;
}

function withLayer(graph: KerasGraph, position: number, layer: KerasLayer): KerasGraph {
  return { ...graph, layers: graph.layers.with(position, layer) };
}

/** All calls lead to the output, so the last one takes the output of the one before it. */
function withoutLastCall({ layers, calls, members, ...graph }: KerasGraph): KerasGraph {
  const removed = calls.at(-1)!.layer;
  const shift = (layer: number) => (layer > removed ? layer - 1 : layer);
  return {
    ...graph,
    layers: layers.toSpliced(removed, 1),
    calls: calls.slice(0, -1).map((call) => ({ ...call, layer: shift(call.layer) })),
    members: withoutMember(members, removed, shift),
  };
}

function withoutMember(
  members: readonly Member[],
  removed: number,
  shift: (layer: number) => number,
): Member[] {
  return members.flatMap((member): Member[] => {
    if ('members' in member) return [{ ...member, members: withoutMember(member.members, removed, shift) }];
    return member.layer === removed ? [] : [{ ...member, layer: shift(member.layer) }];
  });
}

function withSoftmaxLayer({ layers, calls, members, ...graph }: KerasGraph): KerasGraph {
  const className = 'Activation';
  const name = freeName('probabilities', layers);
  const added = readLayer(className, { name, activation: 'softmax' }, `The model "${graph.name}"`);
  const layer = layers.length;
  return {
    ...graph,
    layers: [...layers, added],
    calls: [...calls, { layer, inputs: [calls.length - 1] }],
    members: [...members, { className, name, trainable: true, layer }],
  };
}

function freeName(name: string, layers: readonly KerasLayer[]): string {
  const taken = new Set(layers.map(({ config }) => config.name));
  let free = name;
  for (let number = 1; taken.has(free); number += 1) free = `${name}_${number}`;
  return free;
}
