import { layers } from '@tensorflow/tfjs-layers';
import { activationSetting, convertActivation, limitActivation, tfjsActivation } from './activation';
import { defineLayer, sameInAll } from './layer-kind';
import { defineWeight } from './onnx-graph';
import { regularize } from './regularize';
import { convolutionSettings, flag, kernelRegularizer, size } from './settings';

export const dense = defineLayer({
  kept: {
    units: size,
    activation: activationSetting,
    use_bias: flag(true),
    kernel_regularizer: kernelRegularizer,
  },
  checked: convolutionSettings,
  build: ({ units, activation, use_bias, kernel_regularizer }, common) =>
    layers.dense({
      ...common,
      units,
      activation: tfjsActivation(activation),
      useBias: use_bias,
      // Replaced before a training, by seeded values of the same distribution: Keras' default.
      kernelInitializer: 'glorotUniform',
      ...regularize(kernel_regularizer),
    }),
  weights: ({ units, use_bias }, inputShape) => [
    { name: 'kernel', shape: [inputShape.at(-1) ?? 0, units] },
    ...(use_bias ? [{ name: 'bias', shape: [units] }] : []),
  ],
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [x], weights, outputShape }) => {
      const [kernel, ...bias] = Object.values(weights).map((weight) => defineWeight(graph, weight));
      if (x.shape.length === 1) {
        const sums = graph.apply('Gemm', [x, kernel!, ...bias], {}, outputShape);
        return convertActivation(graph, sums, config.activation);
      }
      const products = graph.apply('MatMul', [graph.order(x, 'last'), kernel!], {}, outputShape);
      const sums = bias.length === 0 ? products : graph.apply('Add', [products, ...bias]);
      return convertActivation(graph, sums, config.activation);
    },
    limit: limitActivation,
  },
});
