import {
  engine,
  getBackend,
  getKernel,
  type KernelFunc,
  registerKernel,
  type Tensor,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { type EagerBackend, toEagerAttributes } from '../tensorflow/eager-binding';
import type { NodeAttributes } from '../tensorflow/graph-messages';

const nativeBackendName = 'tensorflow';

/** Whether the backend in use is native TensorFlow. */
export const isNative = () => getBackend() === nativeBackendName;

/** Whether the backend in use computes on a GPU. */
export const isOnGpu = () =>
  isNative() && (engine().backend as { readonly isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;

/**
 * Runs one operation of native TensorFlow; https://www.tensorflow.org/api_docs/python/tf/raw_ops names all with their
 * inputs and attributes.
 *
 * @param backend - the native one.
 * @returns all outputs.
 */
export function runNative(
  backend: unknown,
  operation: string,
  inputs: readonly TensorInfo[],
  attributes: NodeAttributes,
  outputCount = 1,
): Tensor[] {
  const native = backend as EagerBackend;
  const eager = toEagerAttributes(attributes, native.binding);
  return native.executeMultipleOutputs(operation, eager, inputs as readonly Tensor[], outputCount);
}

/**
 * Replaces a kernel of tfjs-node, once.
 *
 * @param compute - returns `undefined` for inputs that tfjs-node's own kernel computes.
 */
export function replaceNativeKernel(
  kernelName: string,
  compute: (...call: Parameters<KernelFunc>) => TensorInfo | undefined,
): void {
  const original = getKernel(kernelName, nativeBackendName);
  unregisterKernel(kernelName, nativeBackendName);
  registerKernel({ ...original, kernelFunc: (call) => compute(call) ?? original.kernelFunc(call) });
}
