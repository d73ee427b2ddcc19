import { layers } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { defineLayer, sameInAll } from './layer-kind';
import { affine, affineNames, affineSettings, axisSize, epsilon } from './normalization-settings';
import { off } from './settings';

export const layerNormalization = defineLayer({
  kept: {
    axis: z.union([z.int().transform((axis) => [axis]), z.array(z.int()).min(1).max(4)]).default([-1]),
    epsilon,
    ...affine,
  },
  checked: { ...affineSettings, rms_scaling: off },
  build: ({ axis, epsilon: smallest, center, scale }, common) =>
    layers.layerNormalization({ ...common, axis: [...axis], epsilon: smallest, center, scale }),
  weights: ({ axis, center, scale }, inputShape) =>
    affineNames({ center, scale }).map((name) => ({
      name,
      shape: axis.map((each) => axisSize(inputShape, each)),
    })),
  formats: {
    ...sameInAll,
    // Its operator in ONNX normalizes only the last axes.
    onnx: ({ graph, config, inputs: [given], weights }) => {
      const x = graph.order(given, 'last');
      const rank = x.shape.length + 1;
      const axes = config.axis.map((axis) => (axis + rank) % rank);
      const mean = (of: typeof x) => graph.apply('ReduceMean', [of], { axes: { ints: axes } });
      const centered = graph.apply('Sub', [x, mean(x)]);
      const variance = mean(graph.apply('Mul', [centered, centered]));
      const deviation = graph.apply('Sqrt', [graph.apply('Add', [variance, graph.number(config.epsilon)])]);
      const normalized = graph.apply('Div', [centered, deviation]);
      const spread = x.shape.map((size, index) => (axes.includes(index + 1) ? size : 1));
      return Object.values(weights).reduce((current, { name, values }) => {
        const operator = name.endsWith('gamma') ? 'Mul' : 'Add';
        return graph.apply(operator, [current, graph.define(name, spread, values)]);
      }, normalized);
    },
    limit: ({ axis }) =>
      axis.length === 1
        ? undefined
        : {
            received: `the axes ${axis.join(', ')}`,
            allowed: 'one axis, since Keras 3 loses several when it reads an .h5 file',
          },
  },
});
