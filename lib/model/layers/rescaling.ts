import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, sameInAll } from './layer-kind';

export const rescaling = defineLayer({
  kept: { scale: z.number(), offset: z.number().default(0) },
  build: ({ scale, offset }, common) => layers.rescaling({ ...common, scale, offset }),
  formats: {
    ...sameInAll,
    onnx: ({ graph, config, inputs: [x] }) => {
      const scaled = graph.apply('Mul', [x, graph.number(config.scale)]);
      return config.offset === 0 ? scaled : graph.apply('Add', [scaled, graph.number(config.offset)]);
    },
  },
});
