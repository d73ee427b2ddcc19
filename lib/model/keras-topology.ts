import { PermanentError } from '../contracts/errors';
import { type KerasGraph, modelInput, readGraph } from './keras-graph';
import type { KerasLayer } from './keras-layers';

/** The layers of a network, one after the other. */
export interface KerasTopology {
  readonly name: string;
  /** Of one input, without the batch. */
  readonly inputShape: readonly number[];
  /** Without an InputLayer; each name occurs once. */
  readonly layers: readonly KerasLayer[];
}

/** Whether every layer is used once, on the output of the one before it. */
export function isChain({ layers, calls }: KerasGraph): boolean {
  return (
    layers.length === calls.length &&
    calls.every(({ layer, inputs }, index) => {
      const before = index === 0 ? modelInput : index - 1;
      return layer === index && inputs.length === 1 && inputs[0] === before;
    })
  );
}

/**
 * Reads the JSON that TensorFlow.js describes a model with, where it is a chain of layers for inputs of one size.
 *
 * @param what - for the message, e.g. `The model "mlp"`.
 * @throws PermanentError InvalidInput that names the layer and the setting.
 */
export function readTopology(value: unknown, what: string): KerasTopology {
  const graph = readGraph(value, { what, kerasMajor: 2 });
  const inputShape = graph.inputShape.filter((size) => size !== null);
  if (isChain(graph) && inputShape.length === graph.inputShape.length) {
    return { name: graph.name, inputShape, layers: graph.layers };
  }
  throw new PermanentError(
    'InvalidInput',
    `${what} is not a chain of layers for inputs of one size, which is what is stored and exported.`,
  );
}
