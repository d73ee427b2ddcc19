import { totalmem } from 'node:os';
import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import type { KerasGraph } from '../model/keras-graph';
import { listGraphWeights } from '../model/layer-shapes';
import { createOptimizer, type OptimizerSettings } from './optimizers/create-optimizer';

type MemorySettings = OptimizerSettings & Pick<RunConfig, 'emaDecay'>;

const float32Bytes = 4;

/**
 * Refuses a network whose parameters cannot be trained in the memory of this machine. Activations, which the batch size
 * determines, and the dataset come on top.
 *
 * @param memoryBytes - @default what this process may use
 * @throws PermanentError InvalidInput.
 */
export function assertFitsMemory(
  network: KerasGraph,
  settings: MemorySettings,
  memoryBytes = availableMemory(),
): void {
  const counts = listGraphWeights(network, 'The network of this run').map((slots) =>
    slots.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
  );
  const parameterCount = counts.reduce((sum, count) => sum + count, 0);
  const neededBytes = float32Bytes * tensorsPerWeight(settings) * parameterCount;
  if (neededBytes <= memoryBytes) return;
  const largest = network.layers[counts.indexOf(Math.max(...counts))]!.config.name;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  throw new PermanentError(
    'InvalidInput',
    `The network of this run has ${parameterCount.toLocaleString('en')} parameters, most of them in its layer ${JSON.stringify(largest)}. Weights, gradients and the optimizer's state need ${gib(neededBytes)} GiB, and this machine has ${gib(memoryBytes)} GiB. Make the layer smaller, or pool before it.`,
    { evidence: { parameterCount, neededBytes, memoryBytes } },
  );
}

/** The weight, its gradient, the slots of its optimizer, and its average. */
function tensorsPerWeight(settings: MemorySettings): number {
  return 2 + createOptimizer(settings).slots.length + (settings.emaDecay > 0 ? 1 : 0);
}

/** A container's limit is a huge number where there is none. */
function availableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
