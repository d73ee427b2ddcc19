import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PixelRange } from '../contracts/pixel-range';
import { normalizePixels } from '../dataset/shards';

export function scalePixels(pixels: Uint8Array, range: PixelRange): Float32Array {
  switch (range) {
    case '0..1':
      return normalizePixels(pixels);
    case '0..255':
      return Float32Array.from(pixels);
    case '-1..1':
      return Float32Array.from(pixels, (pixel) => pixel / 127.5 - 1);
  }
}

/** Layers that do not change pixels. */
const passing = new Set(['InputLayer', 'Flatten', 'Reshape', 'Permute', 'ZeroPadding2D', 'Operation']);
/** Bytes are multiplied by 1/255 or 1/127.5; a model for fractions has no reason for such a small factor. */
const maxFactorOfBytes = 1 / 64;

/** Whether the model starts with a Rescaling for bytes. */
export function hasOwnRescaling(model: LayersModel): boolean {
  const first = model.layers.find((layer) => !passing.has(layer.getClassName()));
  return first?.getClassName() === 'Rescaling' && Number(first.getConfig()['scale']) <= maxFactorOfBytes;
}
