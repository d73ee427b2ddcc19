import { PermanentError } from '../contracts/errors';
import { type KerasGraph, modelInput } from './keras-graph';
import type { KerasLayer } from './keras-layers';
import { readGraph } from './read-graph';

/** A network that is a chain of layers. */
export interface KerasTopology {
  readonly name: string;
  /** Shape of one input, without the batch. */
  readonly inputShape: readonly number[];
  /** Without an InputLayer; each name occurs once. */
  readonly layers: readonly KerasLayer[];
}

/** Whether every layer is called once, with the output of the previous layer. */
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
 * Reads the JSON description of a TensorFlow.js model that is a chain of layers for inputs of one size.
 *
 * @param what - for the message, e.g. `The model "mlp"`.
 * @throws PermanentError InvalidInput, naming the layer and the setting.
 */
export function readTopology(value: unknown, what: string): KerasTopology {
  const graph = readGraph(value, { what, kerasMajor: 2 });
  const inputShape = graph.inputShape.filter((size) => size !== null);
  if (isChain(graph) && inputShape.length === graph.inputShape.length) {
    return { name: graph.name, inputShape, layers: graph.layers };
  }
  throw new PermanentError(
    'InvalidInput',
    `${what} is not a chain of layers for inputs of one size. Other models cannot be stored and exported.`,
  );
}
