import { type KerasGraph, type Member, memberOf, modelInput } from './keras-graph';
import type { KerasLayer } from './keras-layers';

/** The same calls of another layer, which has weights of the same shapes. */
export function replaceLayer(graph: KerasGraph, position: number, layer: KerasLayer): KerasGraph {
  return { ...graph, layers: graph.layers.with(position, layer) };
}

/** The layer takes the output of the network. */
export function appendLayer({ layers, calls, members, ...graph }: KerasGraph, layer: KerasLayer): KerasGraph {
  const position = layers.length;
  return {
    ...graph,
    layers: [...layers, layer],
    calls: [...calls, { layer: position, inputs: [calls.length - 1] }],
    members: [...members, memberOf(layer, position)],
  };
}

/** The layer takes the input of the network, and gives the input that the network had. */
export function prependLayer(
  { layers, calls, members, ...graph }: KerasGraph,
  layer: KerasLayer,
): KerasGraph {
  return {
    ...graph,
    layers: [layer, ...layers],
    calls: [
      { layer: 0, inputs: [modelInput] },
      ...calls.map(({ layer: position, inputs }) => ({
        layer: position + 1,
        inputs: inputs.map((input) => (input === modelInput ? 0 : input + 1)),
      })),
    ],
    members: [memberOf(layer, 0), ...moveMembers(members, (position) => position + 1)],
  };
}

/** Removes a layer without weights that is called once, with one input, which takes the place of its output. */
export function removeLayer({ layers, calls, members, ...graph }: KerasGraph, removed: number): KerasGraph {
  const call = calls.findIndex(({ layer }) => layer === removed);
  const [given] = calls[call]!.inputs;
  const moveLayer = (position: number) => (position > removed ? position - 1 : position);
  const moveInput = (input: number) => (input > call ? input - 1 : input === call ? given! : input);
  return {
    ...graph,
    layers: layers.toSpliced(removed, 1),
    calls: calls
      .toSpliced(call, 1)
      .map(({ layer, inputs }) => ({ layer: moveLayer(layer), inputs: inputs.map(moveInput) })),
    members: moveMembers(members, (position) => (position === removed ? undefined : moveLayer(position))),
  };
}

/** @param move - gives `undefined` for a layer that is gone. */
function moveMembers(members: readonly Member[], move: (layer: number) => number | undefined): Member[] {
  return members.flatMap((member): Member[] => {
    if ('members' in member) return [{ ...member, members: moveMembers(member.members, move) }];
    const layer = move(member.layer);
    return layer === undefined ? [] : [{ ...member, layer }];
  });
}

/** `name`, or `name_1`, … if a layer has it. */
export function freeName(name: string, { layers }: Pick<KerasGraph, 'layers'>): string {
  const taken = new Set(layers.map(({ config }) => config.name));
  let free = name;
  for (let number = 1; taken.has(free); number += 1) free = `${name}_${number}`;
  return free;
}
