import { layers } from '@tensorflow/tfjs-layers';
import { activationSetting, tfjsActivation } from './activation';
import { defineLayer } from './layer-kind';
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
    { shape: [inputShape.at(-1) ?? 0, units] },
    ...(use_bias ? [{ shape: [units] }] : []),
  ],
});
