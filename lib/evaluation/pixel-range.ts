import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isFactorOfBytes } from '../model/fit-images';

/** Layers that do not change pixels. */
const passing = new Set(['InputLayer', 'Flatten', 'Reshape', 'Permute', 'ZeroPadding2D', 'Operation']);

/** Whether the model starts with a Rescaling for bytes. */
export function hasOwnRescaling(model: LayersModel): boolean {
  const first = model.layers.find((layer) => !passing.has(layer.getClassName()));
  return first?.getClassName() === 'Rescaling' && isFactorOfBytes(Number(first.getConfig()['scale']));
}
