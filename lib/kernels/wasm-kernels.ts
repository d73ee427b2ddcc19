import {
  getKernel,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/** The part of TensorFlow.js' WASM backend that kernels use. */
export interface WasmBackend {
  /** Its memory is not cleared. */
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  /** The memory of the tensor, valid until the next tensor is made: the heap may move then. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  disposeData(dataId: object): boolean;
}

export type WasmCall = Omit<Parameters<KernelFunc>[0], 'backend'> & { readonly backend: WasmBackend };

/** Registers a kernel of the WASM backend, instead of its own if it has one. */
export function registerWasmKernel(
  kernelName: string,
  compute: (call: WasmCall) => TensorInfo | TensorInfo[],
): void {
  if (getKernel(kernelName, 'wasm')) unregisterKernel(kernelName, 'wasm');
  registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ backend, ...call }) => compute({ ...call, backend: backend as WasmBackend }),
  });
}

/** Runs a kernel of the WASM backend. */
export type RunKernel = (
  kernelName: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: object,
) => TensorInfo;

/** Computes a tensor with kernels of the WASM backend. All other tensors that they make are disposed of. */
export function composeKernels(backend: WasmBackend, compute: (run: RunKernel) => TensorInfo): TensorInfo {
  const made: TensorInfo[] = [];
  let result: TensorInfo | undefined;
  try {
    result = compute((kernelName, inputs, attributes) => {
      const { kernelFunc } = getKernel(kernelName, 'wasm');
      const output = kernelFunc({ inputs, attrs: attributes as never, backend }) as TensorInfo;
      made.push(output);
      return output;
    });
    return result;
  } finally {
    for (const { dataId } of made) if (dataId !== result?.dataId) backend.disposeData(dataId);
  }
}
