import { installAveragePoolGradient } from './average-pool-gradient';
import { installBias } from './bias';
import { installMatrixProduct } from './matrix-product';
import { installReluGradient } from './relu';
import { installBatchNormalization } from './wasm-batch-normalization';
import { installConvolutionGradients } from './wasm-convolution-gradients';
import { installDepthwiseGradients } from './wasm-depthwise-gradients';
import { installMaxPoolGradient } from './wasm-max-pool-gradient';

let hasGradients = false;

/** Replaces gradients of TensorFlow.js, on every backend. */
export function installGradients(): void {
  if (hasGradients) return;
  installReluGradient();
  installAveragePoolGradient();
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

let hasWasmKernels = false;

/** Kernels that a training needs, and that TensorFlow.js' WASM backend lacks, or has wrong or slow. */
export function installWasmKernels(): void {
  if (hasWasmKernels) return;
  installBatchNormalization();
  installConvolutionGradients();
  installDepthwiseGradients();
  installMaxPoolGradient();
  hasWasmKernels = true;
}
