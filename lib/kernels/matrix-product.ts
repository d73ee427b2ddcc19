import type { BatchMatMulAttrs, BatchMatMulInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceNativeKernel, runNative } from './native-operation';

/**
 * A product of two matrices on native TensorFlow. tfjs-node uses the operation for batches of matrices, which TensorFlow
 * does not fuse with a bias and an activation.
 */
export function installMatrixProduct(): void {
  replaceNativeKernel('BatchMatMul', ({ inputs, attrs, backend }) => {
    const { a, b } = inputs as Record<keyof BatchMatMulInputs, TensorInfo>;
    if (a.shape.length !== 2 || b.shape.length !== 2) return undefined;
    const { transposeA, transposeB } = attrs as unknown as BatchMatMulAttrs;
    const [product] = runNative(backend, 'MatMul', [a, b], {
      T: { type: 'float32' },
      transpose_a: { flag: transposeA },
      transpose_b: { flag: transposeB },
    });
    return product;
  });
}
