import { KernelBackend as CoreBackend } from '@tensorflow/tfjs-core';

/**
 * In a bundle, tfjs-node gets this module instead of the package `@tensorflow/tfjs`, of which its kernels use only the
 * core. The rest are backends and converters for browsers.
 */
export * from '@tensorflow/tfjs-core';

/** tfjs-node is compiled to ES5 and calls its base class without `new`, which the ES2015 classes of the core do not permit. */
export function KernelBackend(): void {}
KernelBackend.prototype = CoreBackend.prototype;
