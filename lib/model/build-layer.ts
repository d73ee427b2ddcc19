import { layers, regularizers } from '@tensorflow/tfjs-layers';
import type { KerasLayer } from './keras-layers';

/**
 * A layer of TensorFlow.js that is not part of a model yet, so that it has taken no memory for its weights.
 *
 * @param inputShape - without the batch; for the first layer of a model.
 */
export function buildLayer({ class_name, config }: KerasLayer, inputShape?: readonly number[]) {
  const { name, trainable } = config;
  const common = { name, trainable, ...(inputShape && { inputShape: [...inputShape] }) };
  switch (class_name) {
    case 'Flatten':
      return layers.flatten(common);
    case 'Reshape':
      return layers.reshape({ ...common, targetShape: config.target_shape });
    case 'Dropout':
      return layers.dropout({ ...common, rate: config.rate });
    case 'Activation':
      return layers.activation({ ...common, activation: config.activation });
    case 'Dense':
      return layers.dense({
        ...common,
        units: config.units,
        activation: config.activation,
        useBias: config.use_bias,
        ...penalty(config.kernel_regularizer),
      });
    case 'Conv2D':
      return layers.conv2d({
        ...common,
        filters: config.filters,
        kernelSize: config.kernel_size,
        strides: config.strides,
        padding: config.padding,
        activation: config.activation,
        useBias: config.use_bias,
        ...penalty(config.kernel_regularizer),
      });
    case 'MaxPooling2D':
      return layers.maxPooling2d({
        ...common,
        poolSize: config.pool_size,
        strides: config.strides,
        padding: config.padding,
      });
    case 'BatchNormalization':
      return layers.batchNormalization({
        ...common,
        axis: config.axis,
        momentum: config.momentum,
        epsilon: config.epsilon,
      });
  }
}

function penalty(regularizer: { readonly config: { l1: number; l2: number } } | null) {
  return regularizer === null ? {} : { kernelRegularizer: regularizers.l1l2(regularizer.config) };
}

/**
 * The shapes of a layer's weights, in Keras' order.
 *
 * @param inputShape - without the batch.
 */
export function weightShapes(layer: KerasLayer, inputShape: readonly number[]): number[][] {
  const channels = inputShape.at(-1)!;
  switch (layer.class_name) {
    case 'Dense': {
      const { units, use_bias } = layer.config;
      return [[channels, units], ...(use_bias ? [[units]] : [])];
    }
    case 'Conv2D': {
      const { filters, kernel_size, use_bias } = layer.config;
      return [[...kernel_size, channels, filters], ...(use_bias ? [[filters]] : [])];
    }
    case 'BatchNormalization': {
      const { axis } = layer.config;
      const size = axis < 0 ? inputShape.at(axis) : inputShape[axis - 1];
      return Array.from({ length: 4 }, () => [size ?? 0]);
    }
    default:
      return [];
  }
}
