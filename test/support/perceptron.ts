import type { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { readGraph } from '../../lib/model/read-graph';

export interface DenseStage {
  readonly inputs: number;
  readonly units: number;
  /** Of the inputs. */
  readonly dropoutRate: number;
  readonly l2: number;
}

/** A perceptron whose stages differ, for images of 1 × inputs pixels; it ends in logits. */
export function describeStages(stages: readonly DenseStage[]): KerasGraph {
  const layers = stages.flatMap(({ units, dropoutRate, l2 }, index) => [
    ...(dropoutRate > 0
      ? [{ class_name: 'Dropout', config: { name: `dropout_${index}`, rate: dropoutRate } }]
      : []),
    {
      class_name: 'Dense',
      config: {
        name: `dense_${index}`,
        units,
        activation: index < stages.length - 1 ? 'relu' : 'linear',
        kernel_regularizer: l2 > 0 ? { class_name: 'L2', config: { l2 } } : null,
      },
    },
  ]);
  const input = {
    class_name: 'InputLayer',
    config: { name: 'image', batch_input_shape: [null, stages[0]!.inputs] },
  };
  const described = { class_name: 'Sequential', config: { name: 'stages', layers: [input, ...layers] } };
  return readGraph(described, { what: 'The perceptron', kerasMajor: 2 });
}

/** On the backend in use. The caller disposes it. */
export function assembleStages(stages: readonly DenseStage[]): LayersModel {
  return assemble(describeStages(stages), 'The perceptron');
}

/** The perceptron of a configuration, on the backend in use. The caller disposes it. */
export function buildMlp(...args: Parameters<typeof describeMlp>): Sequential {
  return assemble(describeMlp(...args), 'The perceptron') as Sequential;
}
