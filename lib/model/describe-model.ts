import type { RunConfig } from '../contracts/run-config';
import type { LayerSummary } from './summarize-layers';

/** The architecture in words: the widths of a perceptron, else the layers by kind. */
export function describeArchitecture(
  { model, hidden, dropout }: RunConfig,
  layers: readonly LayerSummary[],
): string {
  if (model !== 'mlp') return `${nameOfModel(model)}: ${countKinds(layers)}`;
  const dropouts = dropout > 0 ? `, dropout ${dropout} before each of them` : '';
  return `Flatten, then dense layers ${[...hidden, ...outputWidth(layers)].join(' → ')}${dropouts}; relu, softmax at the end`;
}

/** `mlp`, `cnn`, or the SHA-256 of an architecture that came from a file. */
export function nameOfModel(model: string): string {
  if (model === 'mlp') return 'a perceptron';
  if (model === 'cnn') return 'a convolutional network';
  return `the architecture ${model.slice(0, 8)}`;
}

function outputWidth(layers: readonly LayerSummary[]): readonly number[] {
  return layers.findLast(({ className }) => className === 'Dense')?.outputShapes[0] ?? [];
}

/**
 * For the note at the start of a training.
 *
 * @param classes - @default - as the configuration says, which may leave it to the dataset
 */
export function introduceModel(
  { model, hidden, filters, ...config }: RunConfig,
  classes = config.classes,
): string {
  if (model === 'mlp')
    return `the perceptron ${[...hidden, ...(classes === undefined ? [] : [classes])].join(' → ')}`;
  if (model === 'cnn') return `the convolutional network with ${filters.join(' → ')} filters`;
  return nameOfModel(model);
}

/** `6 Conv2D, 6 BatchNormalization, 1 Dense`, in the order of their first occurrence. */
function countKinds(layers: readonly LayerSummary[]): string {
  const counts = new Map<string, number>();
  for (const { className } of layers) counts.set(className, (counts.get(className) ?? 0) + 1);
  return [...counts].map(([className, count]) => `${count} ${className}`).join(', ');
}
