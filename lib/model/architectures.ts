import { layers, regularizers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import type { RunConfig } from '../contracts/run-config';

export type ArchitectureConfig = Pick<RunConfig, 'hidden' | 'dropout' | 'l2' | 'classes'>;

/**
 * The perceptron of the default configuration, for any image size and list of widths:
 * Flatten, then Dropout and Dense with relu per hidden layer, then Dropout and Dense with softmax.
 *
 * Input [batch, height, width] in [0, 1], output [batch, classes]. Training replaces the initial weights by seeded ones.
 * The caller disposes the model.
 */
export function buildMlp(
  { hidden, dropout, l2, classes }: ArchitectureConfig,
  imageShape: readonly [number, number],
): Sequential {
  const model = sequential({ name: 'mlp' });
  const kernelRegularizer = l2 > 0 ? { kernelRegularizer: regularizers.l2({ l2 }) } : {};
  model.add(layers.flatten({ name: 'flatten', inputShape: [...imageShape] }));
  for (const [index, units] of [...hidden, classes].entries()) {
    const isOutput = index === hidden.length;
    if (dropout > 0) model.add(layers.dropout({ name: `dropout_${index + 1}`, rate: dropout }));
    model.add(
      layers.dense({
        name: isOutput ? 'probabilities' : `dense_${index + 1}`,
        units,
        activation: isOutput ? 'softmax' : 'relu',
        kernelInitializer: 'glorotUniform',
        ...kernelRegularizer,
      }),
    );
  }
  return model;
}
