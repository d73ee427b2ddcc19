import type { RunConfig } from '../contracts/run-config';
import type { KerasGraph } from './keras-graph';
import { isChain } from './keras-topology';

interface ReadDense {
  readonly units: number;
  readonly activation: string;
}

/**
 * The widths of a network that differs from `describeMlp` at most in dropout and regularization, which are settings of a
 * run; `undefined` for any other network. An activation may be a layer of its own, and the last layer may give logits:
 * the weights are the same.
 */
export function asMlp(graph: KerasGraph): Required<Pick<RunConfig, 'hidden' | 'classes'>> | undefined {
  if (!isChain(graph)) return undefined;
  const stages: ReadDense[] = [];
  for (const { class_name, config } of graph.layers) {
    if (class_name === 'Dropout' || (class_name === 'Flatten' && stages.length === 0)) continue;
    if (!config.trainable) return undefined;
    if (class_name === 'Dense') {
      if (!config.use_bias) return undefined;
      stages.push(config);
      continue;
    }
    const last = stages.pop();
    const activation = class_name === 'Activation' ? config.activation : simpleActivation(class_name, config);
    if (last?.activation !== 'linear' || activation === undefined) return undefined;
    stages.push({ ...last, activation });
  }
  const output = stages.pop();
  if (output === undefined || !['softmax', 'linear'].includes(output.activation)) return undefined;
  if (stages.some(({ activation }) => activation !== 'relu')) return undefined;
  return { hidden: stages.map(({ units }) => units), classes: output.units };
}

function simpleActivation(className: string, config: object): string | undefined {
  if (className === 'Softmax') return 'axis' in config && config.axis === -1 ? 'softmax' : undefined;
  if (className !== 'ReLU') return undefined;
  const { max_value, negative_slope, threshold } = config as Readonly<Record<string, number | null>>;
  return max_value === null && !negative_slope && !threshold ? 'relu' : undefined;
}
