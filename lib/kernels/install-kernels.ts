import { installBias } from './bias';
import { installMatrixProduct } from './matrix-product';
import { installReluGradient } from './relu';

let hasGradients = false;

/** Replaces gradients of TensorFlow.js, on every backend. */
export function installGradients(): void {
  if (!hasGradients) installReluGradient();
  hasGradients = true;
}

let hasNativeKernels = false;

/** Replaces kernels of tfjs-node, which must be registered. */
export function installNativeKernels(): void {
  if (hasNativeKernels) return;
  installMatrixProduct();
  installBias();
  hasNativeKernels = true;
}
