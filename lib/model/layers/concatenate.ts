import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, sameInAll } from './layer-kind';

/** Where ONNX has an axis of an image with the channels first. */
const axesWithChannelsFirst = [0, 2, 3, 1];

export const concatenate = defineLayer({
  // The axis counts the batch as 0; from the end, -1 is the last.
  kept: { axis: z.int().default(-1) },
  build: ({ axis }, common) => layers.concatenate({ ...common, axis }),
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [first, ...others], outputShape }) => {
      const channels = first.hasChannelsFirst ? 'first' : 'last';
      const rank = first.shape.length + 1;
      const axis = (config.axis + rank) % rank;
      return graph.apply(
        'Concat',
        [first, ...others.map((each) => graph.order(each, channels))],
        { axis: { int: first.hasChannelsFirst ? axesWithChannelsFirst[axis]! : axis } },
        outputShape,
      );
    },
    limit: ({ axis }, [shape]) =>
      axis === 0 || (shape !== undefined && axis === -1 - shape.length)
        ? { received: `the axis ${axis}, that of the batch`, allowed: 'another axis' }
        : undefined,
  },
});
