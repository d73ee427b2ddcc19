import { layers } from '@tensorflow/tfjs-layers';
import { defineLayer, sameInAll } from './layer-kind';
import type { OnnxCall, OnnxTensor } from './onnx-graph';
import { channelsLast, off } from './settings';

const checked = { data_format: channelsLast, keepdims: off };

/** Over height and width, wherever the channels are. */
const toOnnx =
  (operator: string) =>
  ({ graph, inputs: [x], outputShape }: OnnxCall<unknown>): OnnxTensor => {
    const axes = { ints: x.hasChannelsFirst ? [2, 3] : [1, 2] };
    return graph.apply(operator, [x], { axes, keepdims: { int: 0 } }, outputShape);
  };

export const globalMaxPooling2d = defineLayer({
  checked,
  build: (_, common) => layers.globalMaxPooling2d(common),
  formats: { ...sameInAll, onnx: toOnnx('ReduceMax') },
});

export const globalAveragePooling2d = defineLayer({
  checked,
  build: (_, common) => layers.globalAveragePooling2d(common),
  formats: { ...sameInAll, onnx: toOnnx('ReduceMean') },
});
