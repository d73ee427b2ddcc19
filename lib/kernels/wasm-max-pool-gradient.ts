import { backend_util, type MaxPoolGradAttrs, type TensorInfo } from '@tensorflow/tfjs-core';
import { registerWasmKernel } from './wasm-kernels';

/**
 * The gradient of max pooling goes to the largest value of each window, the first of several. The WASM backend's own kernel
 * compares with the smallest positive float32, so a window without a positive value has no gradient.
 */
export function installMaxPoolGradient(): void {
  registerWasmKernel('MaxPoolGrad', ({ inputs, attrs, backend }) => {
    const { input, dy } = inputs as Record<'input' | 'dy', TensorInfo>;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const sizes = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const output = backend.makeOutput(shape, 'float32');
    const images = backend.typedArrayFromHeap(input);
    const gradient = backend.typedArrayFromHeap(dy);
    const byInput = backend.typedArrayFromHeap(output).fill(0);
    const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = sizes;
    let at = 0;
    for (let image = 0; image < batchSize; image += 1) {
      for (let outRow = 0; outRow < outHeight; outRow += 1) {
        const top = outRow * sizes.strideHeight - padInfo.top;
        const [firstRow, endRow] = [Math.max(top, 0), Math.min(top + sizes.filterHeight, inHeight)];
        for (let outColumn = 0; outColumn < outWidth; outColumn += 1) {
          const left = outColumn * sizes.strideWidth - padInfo.left;
          const [firstColumn, endColumn] = [Math.max(left, 0), Math.min(left + sizes.filterWidth, inWidth)];
          for (let channel = 0; channel < inChannels; channel += 1, at += 1) {
            let largest = ((image * inHeight + firstRow) * inWidth + firstColumn) * inChannels + channel;
            for (let row = firstRow; row < endRow; row += 1) {
              for (let column = firstColumn; column < endColumn; column += 1) {
                const position = ((image * inHeight + row) * inWidth + column) * inChannels + channel;
                if (images[position]! > images[largest]!) largest = position;
              }
            }
            byInput[largest]! += gradient[at]!;
          }
        }
      }
    }
    return output;
  });
}
