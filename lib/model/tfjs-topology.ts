import { changedForTfjs, isExported } from './exportable';
import { listCallShapes } from './layer-shapes';
import { readGraph } from './read-graph';

/** As TensorFlow.js writes it. */
export interface TfjsTopology {
  readonly config: {
    readonly layers: readonly {
      readonly class_name: string;
      readonly config: {
        readonly name: string;
        readonly batch_input_shape?: unknown;
        readonly dtype?: unknown;
      };
    }[];
  };
}

/**
 * The description of a model as stock TensorFlow.js loads it: layers that it lacks are replaced by equal ones. All other
 * layers stay as TensorFlow.js wrote them.
 *
 * @param topology - of `model.toJSON`.
 * @param what - for the message, e.g. `The model "cnn"`.
 */
export function describeForTfjs(topology: TfjsTopology, what: string): object {
  const { config } = topology;
  const graph = readGraph(topology, { what, kerasMajor: 2 });
  const shapes = listCallShapes(graph, what);
  const layers = config.layers.map((written) => {
    const position = graph.layers.findIndex(({ config: { name } }) => name === written.config.name);
    const layer = graph.layers[position];
    if (layer === undefined || !isExported(layer)) return written;
    const call = graph.calls.findIndex((each) => each.layer === position);
    const changed = changedForTfjs(layer, shapes[call]!.inputs);
    if (changed === undefined) return written;
    const { batch_input_shape, dtype } = written.config;
    return {
      ...written,
      class_name: changed.class_name,
      config: {
        ...changed.config,
        ...(batch_input_shape !== undefined && { batch_input_shape }),
        ...(dtype !== undefined && { dtype }),
      },
    };
  });
  return { ...topology, config: { ...config, layers } };
}
