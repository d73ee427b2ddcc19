import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import { availableMemory } from '../dataset/image-memory';
import type { KerasGraph } from '../model/keras-graph';
import { listGraphWeights } from '../model/layer-shapes';
import { createOptimizer, type OptimizerSettings } from './optimizers/create-optimizer';

type MemorySettings = OptimizerSettings & Pick<RunConfig, 'emaDecay'>;

const float32Bytes = 4;

export interface MachineMemory {
  /** Of the images that the training holds. @default 0 */
  readonly imageBytes?: number;
  /** @default what this process may use */
  readonly memoryBytes?: number;
}

/**
 * Refuses a network whose parameters, beside the images, cannot be trained in the memory of this machine. Activations,
 * which the batch size determines, come on top.
 *
 * @throws PermanentError InvalidInput.
 */
export function assertFitsMemory(
  network: KerasGraph,
  settings: MemorySettings,
  { imageBytes = 0, memoryBytes = availableMemory() }: MachineMemory = {},
): void {
  const counts = listGraphWeights(network, 'The network of this run').map((slots) =>
    slots.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
  );
  const parameterCount = counts.reduce((sum, count) => sum + count, 0);
  const neededBytes = float32Bytes * tensorsPerWeight(settings) * parameterCount;
  if (neededBytes + imageBytes <= memoryBytes) return;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const evidence = { parameterCount, neededBytes, imageBytes, memoryBytes };
  if (neededBytes <= memoryBytes) {
    throw new PermanentError(
      'InvalidInput',
      `The training holds ${gib(imageBytes)} GiB of images, and weights, gradients and the optimizer's state need ${gib(neededBytes)} GiB. This machine has ${gib(memoryBytes)} GiB. Give a smaller shuffleWindow, or leave it out, so that it is chosen by the memory. A training that resumes has the window that it began with: it needs a machine with more memory.`,
      { evidence },
    );
  }
  const largest = network.layers[counts.indexOf(Math.max(...counts))]!.config.name;
  throw new PermanentError(
    'InvalidInput',
    `The network of this run has ${parameterCount.toLocaleString('en')} parameters, most of them in its layer ${JSON.stringify(largest)}. Weights, gradients and the optimizer's state need ${gib(neededBytes)} GiB, and this machine has ${gib(memoryBytes)} GiB. Make the layer smaller, or pool before it.`,
    { evidence },
  );
}

/** The weight, its gradient, the slots of its optimizer, and its average. */
function tensorsPerWeight(settings: MemorySettings): number {
  return 2 + createOptimizer(settings).slots.length + (settings.emaDecay > 0 ? 1 : 0);
}
