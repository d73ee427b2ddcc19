import type { KerasGraph } from '../../lib/model/keras-graph';
import { readGraph } from '../../lib/model/read-graph';

export interface TestedLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The layer takes two inputs. */
  readonly isMerging?: boolean;
}

/**
 * A network around one layer, so that its gradients by weights and by input are tested: a convolution 1 × 1 before it, and
 * Flatten and Dense with 3 logits after it.
 */
export function describeAround(
  { class_name, config, isMerging = false }: TestedLayer,
  inputShape: readonly number[],
): KerasGraph {
  const channels = inputShape.at(-1)!;
  const layer = (className: string, name: string, inputs: readonly string[], settings: object) => ({
    class_name: className,
    name,
    config: { name, ...settings },
    inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
  });
  const described = {
    class_name: 'Functional',
    config: {
      name: 'around',
      layers: [
        layer('InputLayer', 'image', [], { batch_input_shape: [null, ...inputShape] }),
        layer('Conv2D', 'before', ['image'], { filters: channels, kernel_size: [1, 1], activation: 'tanh' }),
        layer(class_name, 'tested', isMerging ? ['before', 'image'] : ['before'], config),
        layer('Flatten', 'flatten', ['tested'], {}),
        layer('Dense', 'logits', ['flatten'], { units: 3 }),
      ],
      input_layers: [['image', 0, 0]],
      output_layers: [['logits', 0, 0]],
    },
  };
  return readGraph(described, { what: 'The network', kerasMajor: 2 });
}
