import { type KerasGraph, modelInput } from '../model/keras-graph';

/**
 * The positions of the layers in the order in which Keras lists the layers of a functional model, and so their weights: by
 * their distance from the output, then by the first visit of a search in depth from the output to the input. It is
 * `map_graph` in Keras' `ops/function.py`, and the same in Keras 2.
 */
export function orderAsKeras({ layers, calls }: Pick<KerasGraph, 'layers' | 'calls'>): number[] {
  const visits = new Map<number, number>();
  const finished = new Set<number>();
  const visit = (call: number): void => {
    if (call === modelInput || finished.has(call)) return;
    const { layer, inputs } = calls[call]!;
    if (!visits.has(layer)) visits.set(layer, visits.size);
    for (const input of inputs) visit(input);
    finished.add(call);
  };
  visit(calls.length - 1);
  const callDepths = new Map<number, number>();
  const depths = layers.map(() => 0);
  for (const call of [...finished].toReversed()) {
    const { layer, inputs } = calls[call]!;
    // A layer that is called several times counts at its largest distance.
    const depth = Math.max(callDepths.get(call) ?? 0, depths[layer]!);
    depths[layer] = depth;
    for (const input of inputs) callDepths.set(input, Math.max(depth + 1, callDepths.get(input) ?? 0));
  }
  return layers
    .map((_, layer) => layer)
    .sort((a, b) => depths[b]! - depths[a]! || visits.get(a)! - visits.get(b)!);
}
