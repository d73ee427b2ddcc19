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

/** Layers that leave the pixels what they are. */
const passing = new Set(['InputLayer', 'Flatten', 'Reshape', 'Permute', 'ZeroPadding2D', 'Operation']);
/** Bytes are divided by 255 or 127.5; a model that is given fractions has no reason for so small a factor. */
const maxFactorOfBytes = 1 / 64;

/** Whether the model begins with a Rescaling that only bytes need. */
export function hasOwnRescaling(model: LayersModel): boolean {
  const first = model.layers.find((layer) => !passing.has(layer.getClassName()));
  return first?.getClassName() === 'Rescaling' && Number(first.getConfig()['scale']) <= maxFactorOfBytes;
}
