import { layers } from '@tensorflow/tfjs-layers';
import { defineLayer, sameInAll } from './layer-kind';
import type { OnnxCall, OnnxTensor } from './onnx-graph';
import { channelsLast, padding, sizePair } from './settings';
import { describeWindow } from './window-2d';

const checked = { data_format: channelsLast };
const kept = {
  pool_size: sizePair,
  strides: sizePair.nullable().default(null),
  padding: padding.default('valid'),
};

interface PoolingConfig {
  readonly pool_size: [number, number];
  /** `null` for the size of the window. */
  readonly strides: [number, number] | null;
  readonly padding: 'valid' | 'same';
}

function toArguments({ pool_size: poolSize, strides, padding: pad }: PoolingConfig) {
  return { poolSize, strides: strides ?? poolSize, padding: pad };
}

/** As in Keras, the border of an average is not counted: ONNX' default. */
const toOnnx =
  (operator: string) =>
  ({ graph, config, inputs: [x], outputShape }: OnnxCall<PoolingConfig>): OnnxTensor => {
    const { poolSize: size, ...window } = toArguments(config);
    const attributes = describeWindow(x, { size, ...window });
    return graph.apply(operator, [graph.order(x, 'first')], attributes, outputShape);
  };

export const maxPooling2d = defineLayer({
  kept,
  checked,
  build: (config, common) => layers.maxPooling2d({ ...common, ...toArguments(config) }),
  formats: { ...sameInAll, onnx: toOnnx('MaxPool') },
});

export const averagePooling2d = defineLayer({
  kept,
  checked,
  build: (config, common) => layers.averagePooling2d({ ...common, ...toArguments(config) }),
  formats: { ...sameInAll, onnx: toOnnx('AveragePool') },
});
