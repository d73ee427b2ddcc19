import { KernelBackend as CoreBackend } from '@tensorflow/tfjs-core';

/**
 * In a bundle, what tfjs-node gets for the package `@tensorflow/tfjs`, of which its kernels use the core's part only; the
 * rest is the backends and converters of browsers.
 */
export * from '@tensorflow/tfjs-core';

/** tfjs-node is compiled to ES5 and calls its base class without `new`, which the core's modern classes refuse. */
export function KernelBackend(): void {}
KernelBackend.prototype = CoreBackend.prototype;
