import { layers } from '@tensorflow/tfjs-layers';
import { defineLayer, sameInAll } from './layer-kind';

/** Of two or more inputs. */
export const add = defineLayer({
  build: (_, common) => layers.add(common),
  formats: {
    ...sameInAll,
    onnx: ({ graph, inputs: [first, ...others] }) => {
      const channels = first.hasChannelsFirst ? 'first' : 'last';
      return graph.apply('Sum', [first, ...others.map((each) => graph.order(each, channels))]);
    },
    limit: (_, shapes) =>
      shapes.every((shape) => String(shape) === String(shapes[0]))
        ? undefined
        : {
            received: `inputs of the shapes ${shapes.map((shape) => shape.join('×')).join(' and ')}`,
            allowed: 'inputs of one shape',
          },
  },
});
