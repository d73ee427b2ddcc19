import { regularizers } from '@tensorflow/tfjs-layers';

export function regularize(regularizer: { readonly config: { l1: number; l2: number } } | null) {
  return regularizer === null ? {} : { kernelRegularizer: regularizers.l1l2(regularizer.config) };
}
