import type { SumAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { replaceNativeKernel, runNative } from './native-operation';

/**
 * Adding a bias [channels], and its gradient, the sum over all other axes, as the operations of native TensorFlow that
 * it fuses with the product before them.
 */
export function installBias(): void {
  replaceNativeKernel('Add', ({ inputs, backend }) => {
    const { a, b } = inputs as Record<'a' | 'b', TensorInfo>;
    const isBias = a.shape.length >= 2 && b.shape.length === 1 && b.shape[0] === a.shape.at(-1);
    if (!isBias || a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
    return runNative(backend, 'BiasAdd', [a, b], { T: { type: 'float32' } })[0];
  });
  replaceNativeKernel('Sum', ({ inputs, attrs, backend }) => {
    const { x } = inputs as Record<'x', TensorInfo>;
    const { axis, keepDims } = attrs as unknown as SumAttrs & { keepDims: boolean };
    const rank = x.shape.length;
    const axes = util.parseAxisParam(axis, x.shape);
    const isBiasGradient = rank >= 2 && axes.length === rank - 1 && !axes.includes(rank - 1) && !keepDims;
    if (!isBiasGradient || x.dtype !== 'float32') return undefined;
    return runNative(backend, 'BiasAddGrad', [x], { T: { type: 'float32' } })[0];
  });
}
