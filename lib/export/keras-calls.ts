import { modelInput } from '../model/keras-graph';
import type { ExportableModel } from './exportable-model';

/** The output of a call: name of the layer, and the position of the call among the calls of that layer. */
export interface CallOutput {
  readonly layer: string;
  readonly node: number;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/** The calls of a functional model by layer, as Keras numbers them. */
export function listKerasCalls({ inputShape, layers, calls }: ExportableModel, inputName: string) {
  const outputs: CallOutput[] = [];
  const inputsOf: CallOutput[][][] = layers.map(() => []);
  const given: CallOutput = { layer: inputName, node: 0, shape: inputShape };
  for (const { layer, inputs, outputShape } of calls) {
    const nodes = inputsOf[layer]!;
    outputs.push({ layer: layers[layer]!.layer.config.name, node: nodes.length, shape: outputShape });
    nodes.push(inputs.map((input) => (input === modelInput ? given : outputs[input]!)));
  }
  return {
    /** For each layer, the inputs of each of its calls. */
    inputsOf,
    output: outputs.at(-1)!,
  };
}

/** A name for the input layer that no other layer has. */
export function nameInput({ layers }: ExportableModel, preferred: string): string {
  const taken = new Set(layers.map(({ layer }) => layer.config.name));
  let name = preferred;
  while (taken.has(name)) name = `${name}_`;
  return name;
}
