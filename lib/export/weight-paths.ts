import type { KerasGraph, Member } from '../model/keras-graph';
import type { WeightSlot } from '../model/layers/layer-kind';
import type { Hdf5Reader } from './hdf5';
import { nameGroups } from './keras-v3';

/** Paths of the weights of each layer in an HDF5 file, in the order of the slots. */
export type WeightPaths = readonly (readonly string[])[];
type Slots = readonly (readonly WeightSlot[])[];

/** In a `.keras` archive: by the class of the layer and its number in its model. */
export function findArchivePaths({ members }: KerasGraph, slots: Slots): WeightPaths {
  const paths: string[][] = slots.map(() => []);
  const walk = (siblings: readonly Member[], prefix: string) => {
    const groups = nameGroups(siblings.map(({ className }) => className));
    for (const [index, member] of siblings.entries()) {
      const group = `${prefix}layers/${groups[index]}/`;
      if ('members' in member) walk(member.members, group);
      else paths[member.layer] = slots[member.layer]!.map((_, position) => `${group}vars/${position}`);
    }
  };
  walk(members, '');
  return paths;
}

/** In an `.h5` file: one list per layer of the outermost model, trained weights before others. */
export function findLegacyPaths({ members }: KerasGraph, slots: Slots, reader: Hdf5Reader): WeightPaths {
  const paths: string[][] = slots.map(() => []);
  for (const member of members) {
    const group = `model_weights/${member.name}`;
    const { trained, untrained } = orderWeights(member, slots);
    const weights = [...trained, ...untrained];
    if (weights.length === 0) continue;
    const names = reader.readTexts(group, 'weight_names');
    for (const [position, { layer, slot }] of weights.entries()) {
      paths[layer]![slot] = `${group}/${names?.[position] ?? position}`;
    }
  }
  return paths;
}

interface WeightPosition {
  readonly layer: number;
  readonly slot: number;
}

function orderWeights(
  member: Member,
  slots: Slots,
): { readonly trained: WeightPosition[]; readonly untrained: WeightPosition[] } {
  const { trained, untrained } =
    'members' in member ? joinWeights(member.members, slots) : splitLayer(member.layer, slots);
  return member.trainable ? { trained, untrained } : { trained: [], untrained: [...trained, ...untrained] };
}

function joinWeights(members: readonly Member[], slots: Slots) {
  const each = members.map((member) => orderWeights(member, slots));
  return {
    trained: each.flatMap(({ trained }) => trained),
    untrained: each.flatMap(({ untrained }) => untrained),
  };
}

function splitLayer(layer: number, slots: Slots) {
  const positions = slots[layer]!.map(({ isState = false }, slot) => ({ layer, slot, isState }));
  return {
    trained: positions.filter(({ isState }) => !isState),
    untrained: positions.filter(({ isState }) => isState),
  };
}
