import { encodeSafetensors } from '../model/safetensors';
import type { ExportableModel } from './exportable-model';
import { labelsAsText } from './label-metadata';

/** The weights, with the names `<layer>.<weight>`, and the labels in the metadata. */
export async function writeSafetensors({ name, layers, labels }: ExportableModel): Promise<Uint8Array> {
  const tensors = layers.flatMap(({ layer, weights }) =>
    weights.map((weight) => ({ ...weight, name: `${layer.config.name}.${weight.name}` })),
  );
  return encodeSafetensors({ tensors, metadata: { model: name, ...labelsAsText(labels) } });
}
