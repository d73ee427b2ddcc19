import type { KerasLayer } from './keras-layers';
import type { LayerKind, TfjsLayer, WeightSlot } from './layers/layer-kind';
import { layerKinds } from './layers/layer-kinds';
import { OperationLayer } from './layers/operation-layer';
import type { Shape } from './layers/settings';

function kindOf({ class_name }: KerasLayer): LayerKind<KerasLayer['config']> {
  // TypeScript cannot infer that the class of a layer determines its configuration.
  return layerKinds[class_name] as unknown as LayerKind<KerasLayer['config']>;
}

/**
 * A layer of TensorFlow.js that is not part of a model yet, so no memory is allocated for its weights.
 *
 * @param inputShape - without the batch; for the first layer of a model.
 */
export function buildLayer(layer: KerasLayer, inputShape?: Shape): TfjsLayer {
  const { name, trainable } = layer.config;
  const built = kindOf(layer).build(layer.config, {
    name,
    trainable,
    ...(inputShape && { inputShape: [...inputShape] }),
  });
  if (built instanceof OperationLayer) built.describeAs(layer);
  return built;
}

/** A layer's weights, in Keras' order. */
export function listWeights(layer: KerasLayer, inputShape: Shape): readonly WeightSlot[] {
  return kindOf(layer).weights(layer.config, inputShape);
}
