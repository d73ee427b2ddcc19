import { installConvolutionGradients } from './wasm-convolution-gradients';
import { installDepthwiseGradients } from './wasm-depthwise-gradients';
import { installMaxPoolGradient } from './wasm-max-pool-gradient';

let isInstalled = false;

/** Kernels that a training needs and that TensorFlow.js' WASM backend lacks, or computes wrongly or slowly. */
export function installWasmKernels(): void {
  if (isInstalled) return;
  installConvolutionGradients();
  installDepthwiseGradients();
  installMaxPoolGradient();
  isInstalled = true;
}
