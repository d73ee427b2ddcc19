import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { composeKernels, type RunKernel, registerWasmKernel, type WasmBackend } from './wasm-kernels';

type Image = [number, number, number, number];

/**
 * Both gradients of a convolution are convolutions, for which the WASM backend has a fast kernel (XNNPACK). It has no
 * kernel for the gradient by the filter, and one for the gradient by the input that takes 15 times as long.
 */
export function installConvolutionGradients(): void {
  registerWasmKernel('Conv2DBackpropFilter', ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as Record<'x' | 'dy', TensorInfo>;
    const { filterShape, ...settings } = attrs as unknown as Conv2DBackpropFilterAttrs;
    const sizes = sizesOf(x.shape as Image, filterShape, settings);
    return composeKernels(backend, (run) => gradientByFilter(run, x, dy, sizes));
  });
  registerWasmKernel('Conv2DBackpropInput', ({ inputs, attrs, backend }) => {
    const { filter, dy } = inputs as Record<'filter' | 'dy', TensorInfo>;
    const { inputShape, ...settings } = attrs as unknown as Conv2DBackpropInputAttrs;
    const sizes = sizesOf(inputShape, filter.shape as Image, settings);
    return composeKernels(backend, (run) => gradientByInput(run, backend, filter, dy, sizes));
  });
}

type Sizes = ReturnType<typeof sizesOf>;

function sizesOf(
  inputShape: Image,
  filterShape: Image,
  { strides, pad, dimRoundingMode }: Pick<Conv2DBackpropFilterAttrs, 'strides' | 'pad' | 'dimRoundingMode'>,
) {
  return backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode);
}

/**
 * Each input channel is an image, and the batch its channels: a filter as large as the output, which is the gradient by
 * the output, is moved over it. A stride of the convolution becomes a dilation.
 */
function gradientByFilter(run: RunKernel, x: TensorInfo, dy: TensorInfo, sizes: Sizes): TensorInfo {
  const { padInfo, filterHeight, filterWidth, inChannels, outChannels } = sizes;
  const images = run('Transpose', { x }, { perm: [3, 1, 2, 0] });
  const filter = run('Transpose', { x: dy }, { perm: [1, 2, 0, 3] });
  // [input channels, filter height or more, filter width or more, output channels].
  const moved = run(
    'Conv2D',
    { x: images, filter },
    {
      strides: 1,
      dilations: [sizes.strideHeight, sizes.strideWidth],
      pad: padding([padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right]),
      dataFormat: 'NHWC',
    },
  );
  // Where the stride leaves the last rows or columns of the input out.
  const size = [inChannels, filterHeight, filterWidth, outChannels];
  const used = run('Slice', { x: moved }, { begin: [0, 0, 0, 0], size });
  return run('Transpose', { x: used }, { perm: [1, 2, 0, 3] });
}

/** The filter, turned by 180 degrees, is moved over the gradient by the output, whose rows are a stride apart. */
function gradientByInput(
  run: RunKernel,
  backend: WasmBackend,
  filter: TensorInfo,
  dy: TensorInfo,
  sizes: Sizes,
): TensorInfo {
  const { padInfo, inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth } = sizes;
  const isSpread = strideHeight > 1 || strideWidth > 1;
  const gradient = isSpread ? spread(dy, backend, [strideHeight, strideWidth]) : dy;
  const turned = run('Reverse', { x: filter }, { dims: [0, 1] });
  const swapped = run('Transpose', { x: turned }, { perm: [0, 1, 3, 2] });
  const [, height, width] = gradient.shape as Image;
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const output = run(
    'Conv2D',
    { x: gradient, filter: swapped },
    {
      strides: 1,
      dilations: 1,
      pad: padding(
        [top, inHeight + filterHeight - 1 - height - top],
        [left, inWidth + filterWidth - 1 - width - left],
      ),
      dataFormat: 'NHWC',
    },
  );
  if (isSpread) backend.disposeData(gradient.dataId);
  return output;
}

const padding = (rows: [number, number], columns: [number, number]) => [[0, 0], rows, columns, [0, 0]];

/** Zeros between the rows and columns of images. */
function spread(
  images: TensorInfo,
  backend: WasmBackend,
  [down, right]: readonly [number, number],
): TensorInfo {
  const [count, height, width, channels] = images.shape as Image;
  const spreadHeight = (height - 1) * down + 1;
  const spreadWidth = (width - 1) * right + 1;
  const output = backend.makeOutput([count, spreadHeight, spreadWidth, channels], 'float32');
  const from = backend.typedArrayFromHeap(images);
  const to = backend.typedArrayFromHeap(output).fill(0);
  let at = 0;
  for (let row = 0; row < count * height; row += 1) {
    const image = Math.floor(row / height);
    const targetRow = image * spreadHeight + (row % height) * down;
    for (let column = 0; column < width; column += 1) {
      const target = (targetRow * spreadWidth + column * right) * channels;
      for (let channel = 0; channel < channels; channel += 1, at += 1) to[target + channel] = from[at]!;
    }
  }
  return output;
}
