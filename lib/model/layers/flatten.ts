import { layers } from '@tensorflow/tfjs-layers';
import { defineLayer, sameInAll } from './layer-kind';
import { channelsLast } from './settings';

/** Keras also accepts a flat input: [batch, n] stays unchanged. */
export const flatten = defineLayer({
  checked: { data_format: channelsLast },
  build: (_, common) => {
    const layer = layers.flatten(common);
    layer.inputSpec = [{ minNDim: 2 }];
    return layer;
  },
  formats: {
    ...sameInAll,
    tfjs: (_, [shape]) =>
      shape!.length === 1 ? { class_name: 'Activation', config: { activation: 'linear' } } : undefined,
    onnx: ({ graph, inputs: [x], outputShape }) =>
      graph.apply('Flatten', [graph.order(x, 'last')], { axis: { int: 1 } }, outputShape),
  },
});
