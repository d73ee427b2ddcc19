import { installAveragePoolGradient } from './average-pool-gradient';
import { installBias } from './bias';
import { installMatrixProduct } from './matrix-product';
import { installReluGradient } from './relu';
import { installBatchNormalization } from './wasm-batch-normalization';
import { installConvolutionGradients } from './wasm-convolution-gradients';
import { installDepthwiseGradients } from './wasm-depthwise-gradients';
import { installMaxPoolGradient } from './wasm-max-pool-gradient';

/** Replaces gradients of TensorFlow.js, on every backend. */
export const installGradients = once(() => {
  installReluGradient();
  installAveragePoolGradient();
});

/** Replaces kernels of tfjs-node, which must be registered. */
export const installNativeKernels = once(() => {
  installMatrixProduct();
  installBias();
});

/** Kernels that a training needs, and that TensorFlow.js' WASM backend lacks, or has wrong or slow. */
export const installWasmKernels = once(() => {
  installBatchNormalization();
  installConvolutionGradients();
  installDepthwiseGradients();
  installMaxPoolGradient();
});

/** Does nothing when it is called again. */
function once(install: () => void): () => void {
  let isInstalled = false;
  return () => {
    if (!isInstalled) install();
    isInstalled = true;
  };
}
