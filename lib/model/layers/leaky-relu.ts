import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, type FormatLayer } from './layer-kind';

const slope = z.number().optional();
interface SlopeConfig {
  readonly alpha?: number | undefined;
  readonly negative_slope?: number | undefined;
}
const slopeOf = ({ alpha, negative_slope }: SlopeConfig) => negative_slope ?? alpha ?? 0.3;
const named =
  (name: string) =>
  (config: SlopeConfig): FormatLayer => ({ class_name: 'LeakyReLU', config: { [name]: slopeOf(config) } });

/** The slope is `alpha` in Keras 2 and in TensorFlow.js, and `negative_slope` in Keras 3. */
export const leakyRelu = defineLayer({
  kept: { alpha: slope, negative_slope: slope },
  build: (config, common) => layers.leakyReLU({ ...common, alpha: slopeOf(config) }),
  formats: {
    tfjs: named('alpha'),
    keras2: named('alpha'),
    keras3: named('negative_slope'),
    onnx: ({ graph, config, inputs: [x] }) =>
      graph.apply('LeakyRelu', [x], { alpha: { float: slopeOf(config) } }),
  },
});
