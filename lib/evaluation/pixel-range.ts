import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Layers that do not change pixels. */
const passing = new Set(['InputLayer', 'Flatten', 'Reshape', 'Permute', 'ZeroPadding2D', 'Operation']);
/** Bytes are multiplied by 1/255 or 1/127.5; a model for fractions has no reason for such a small factor. */
const maxFactorOfBytes = 1 / 64;

/** Whether the model starts with a Rescaling for bytes. */
export function hasOwnRescaling(model: LayersModel): boolean {
  const first = model.layers.find((layer) => !passing.has(layer.getClassName()));
  return first?.getClassName() === 'Rescaling' && Number(first.getConfig()['scale']) <= maxFactorOfBytes;
}
