import { encodeSafetensors } from '../model/safetensors';
import type { ExportableModel } from './exportable-model';

/** Only the weights, with the names `<layer>.<weight>`. */
export async function writeSafetensors({ name, layers }: ExportableModel): Promise<Uint8Array> {
  const tensors = layers.flatMap(({ layer, weights }) =>
    weights.map((weight) => ({ ...weight, name: `${layer.config.name}.${weight.name}` })),
  );
  return encodeSafetensors({ tensors, metadata: { model: name } });
}
