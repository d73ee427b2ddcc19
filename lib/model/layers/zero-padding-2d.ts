import { layers } from '@tensorflow/tfjs-layers';
import { defineLayer, sameInAll } from './layer-kind';
import { channelsLast, margins } from './settings';

export const zeroPadding2d = defineLayer({
  kept: { padding: margins },
  checked: { data_format: channelsLast },
  build: ({ padding }, common) => layers.zeroPadding2d({ ...common, padding }),
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [x], outputShape }) => {
      const [[top, bottom], [left, right]] = config.padding;
      const sides = x.hasChannelsFirst
        ? [0, 0, top, left, 0, 0, bottom, right]
        : [0, top, left, 0, 0, bottom, right, 0];
      const constant = graph.define(
        `${config.name}.padding_${x.hasChannelsFirst ? 'first' : 'last'}`,
        [sides.length],
        BigInt64Array.from(sides.map(BigInt)),
      );
      return graph.apply('Pad', [x, constant], {}, outputShape);
    },
  },
});
