import {
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

type DisposableBackend = { disposeData(dataId: object): boolean };

/**
 * The WASM backend multiplies fast (XNNPACK) only if no operand is transposed, and otherwise uses a scalar loop. Every
 * gradient of a dense layer has a transposed operand: an epoch of the default configuration takes 484 s instead of 30 s.
 * So the operands are transposed first.
 */
export function installFastMatMul(): void {
  const matMul = kernel('BatchMatMul');
  const transpose = kernel('Transpose').kernelFunc;
  unregisterKernel('BatchMatMul', 'wasm');
  registerKernel({ ...matMul, kernelFunc: withTransposesFirst(matMul.kernelFunc, transpose) });
}

function kernel(name: string): KernelConfig {
  const config = getKernel(name, 'wasm');
  if (config === undefined)
    throw new Error(`The WASM backend has no kernel "${name}"; is its version 4.22.0?`);
  return config;
}

function withTransposesFirst(matMul: KernelFunc, transpose: KernelFunc): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const { a, b } = inputs as Record<keyof BatchMatMulInputs, TensorInfo>;
    const { transposeA, transposeB } = attrs as unknown as BatchMatMulAttrs;
    const temporaries: TensorInfo[] = [];
    const swapLastTwo = (x: TensorInfo): TensorInfo => {
      const axes = x.shape.map((_, axis) => axis);
      const perm = [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!];
      const swapped = transpose({ inputs: { x }, attrs: { perm }, backend }) as TensorInfo;
      temporaries.push(swapped);
      return swapped;
    };
    const product = matMul({
      inputs: { a: transposeA ? swapLastTwo(a) : a, b: transposeB ? swapLastTwo(b) : b },
      attrs: { transposeA: false, transposeB: false },
      backend,
    });
    for (const { dataId } of temporaries) (backend as DisposableBackend).disposeData(dataId);
    return product;
  };
}
