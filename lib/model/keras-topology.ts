import { type KerasGraph, modelInput } from './keras-graph';

/** Whether every layer is called once, with the output of the previous layer. */
export function isChain({ layers, calls }: Pick<KerasGraph, 'layers' | 'calls'>): boolean {
  return (
    layers.length === calls.length &&
    calls.every(({ layer, inputs }, index) => {
      const before = index === 0 ? modelInput : index - 1;
      return layer === index && inputs.length === 1 && inputs[0] === before;
    })
  );
}
