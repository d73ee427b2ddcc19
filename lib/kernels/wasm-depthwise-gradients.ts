import {
  backend_util,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { registerWasmKernel } from './wasm-kernels';

type Image = [number, number, number, number];

/** The gradients of a depthwise convolution, which the WASM backend lacks. */
export function installDepthwiseGradients(): void {
  registerWasmKernel('DepthwiseConv2dNativeBackpropFilter', ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as Record<'x' | 'dy', TensorInfo>;
    const settings = attrs as unknown as DepthwiseConv2dNativeBackpropFilterAttrs;
    const sizes = sizesOf(x.shape as Image, settings.filterShape, settings);
    const output = backend.makeOutput(settings.filterShape, 'float32');
    const images = backend.typedArrayFromHeap(x);
    const gradient = backend.typedArrayFromHeap(dy);
    const byFilter = backend.typedArrayFromHeap(output).fill(0);
    const { outChannels, inChannels } = sizes;
    const multiplier = outChannels / inChannels;
    forEachTap(sizes, (pixel, outputPixel, tap) => {
      for (let channel = 0; channel < outChannels; channel += 1) {
        const image = images[pixel * inChannels + ((channel / multiplier) | 0)]!;
        byFilter[tap * outChannels + channel]! += image * gradient[outputPixel * outChannels + channel]!;
      }
    });
    return output;
  });
  registerWasmKernel('DepthwiseConv2dNativeBackpropInput', ({ inputs, attrs, backend }) => {
    const { filter, dy } = inputs as Record<'filter' | 'dy', TensorInfo>;
    const settings = attrs as unknown as DepthwiseConv2dNativeBackpropInputAttrs;
    const sizes = sizesOf(settings.inputShape, filter.shape as Image, settings);
    const output = backend.makeOutput(settings.inputShape, 'float32');
    const weights = backend.typedArrayFromHeap(filter);
    const gradient = backend.typedArrayFromHeap(dy);
    const byInput = backend.typedArrayFromHeap(output).fill(0);
    const { outChannels, inChannels } = sizes;
    const multiplier = outChannels / inChannels;
    forEachTap(sizes, (pixel, outputPixel, tap) => {
      for (let channel = 0; channel < outChannels; channel += 1) {
        const weight = weights[tap * outChannels + channel]!;
        byInput[pixel * inChannels + ((channel / multiplier) | 0)]! +=
          weight * gradient[outputPixel * outChannels + channel]!;
      }
    });
    return output;
  });
}

type Sizes = ReturnType<typeof sizesOf>;

function sizesOf(
  inputShape: Image,
  filterShape: Image,
  {
    strides,
    dilations,
    pad,
    dimRoundingMode,
  }: Pick<DepthwiseConv2dNativeBackpropFilterAttrs, 'strides' | 'dilations' | 'pad' | 'dimRoundingMode'>,
) {
  return backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
}

/** All pairs of a pixel of the input and one of the output that depends on it, with the tap of the filter between them. */
function forEachTap(sizes: Sizes, visit: (pixel: number, outputPixel: number, tap: number) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = sizes;
  let outputPixel = 0;
  for (let image = 0; image < batchSize; image += 1) {
    for (let outRow = 0; outRow < outHeight; outRow += 1) {
      for (let outColumn = 0; outColumn < outWidth; outColumn += 1, outputPixel += 1) {
        const top = outRow * sizes.strideHeight - padInfo.top;
        const left = outColumn * sizes.strideWidth - padInfo.left;
        for (let tap = 0; tap < filterHeight * filterWidth; tap += 1) {
          const row = top + ((tap / filterWidth) | 0) * sizes.dilationHeight;
          const column = left + (tap % filterWidth) * sizes.dilationWidth;
          if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue;
          visit((image * inHeight + row) * inWidth + column, outputPixel, tap);
        }
      }
    }
  }
}
