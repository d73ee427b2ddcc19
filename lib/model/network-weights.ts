import type { KerasGraph } from './keras-graph';
import { listGraphWeights } from './layer-shapes';
import type { LayerClass } from './layers/layer-kinds';

const convolutions: ReadonlySet<string> = new Set<LayerClass>([
  'Conv2D',
  'DepthwiseConv2D',
  'SeparableConv2D',
]);

export function hasConvolutions({ layers }: KerasGraph): boolean {
  return layers.some(({ class_name }) => convolutions.has(class_name));
}

export interface NetworkWeight {
  readonly shape: readonly number[];
  /** False for moving statistics, and for all weights of a layer that is not to be trained. */
  readonly isTrained: boolean;
}

/** The weights of a network in the order of `model.weights`, without allocating memory for them. */
export function listNetworkWeights(network: KerasGraph, what: string): NetworkWeight[] {
  return trainedFirst(listLayerWeights(network, what));
}

/** The same in the order of the layers, which does not depend on what is trained. */
export function listLayerWeights(network: KerasGraph, what: string): NetworkWeight[] {
  return listGraphWeights(network, what).flatMap((slots, layer) =>
    slots.map(({ shape, isState = false }) => ({
      shape,
      isTrained: !isState && network.layers[layer]!.config.trainable,
    })),
  );
}

/** From the order of the layers to that of `model.weights`. */
export function trainedFirst<Weight extends Pick<NetworkWeight, 'isTrained'>>(
  weights: readonly Weight[],
): Weight[] {
  return [...weights.filter(({ isTrained }) => isTrained), ...weights.filter(({ isTrained }) => !isTrained)];
}
