import {
  type AvgPoolAttrs,
  backend_util,
  engine,
  mul,
  registerGradient,
  type Tensor,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { isNative } from './native-operation';

/**
 * The gradient of average pooling. TensorFlow.js divides by the whole window also at a border with padding, where the
 * average is over fewer pixels; native TensorFlow divides by their number.
 */
export function installAveragePoolGradient(): void {
  registerGradient({
    kernelName: 'AvgPool',
    inputsToSave: ['x'],
    gradFunc: (gradient, [x], attributes) => ({
      x: () =>
        averagePoolGradient(gradient as Tensor4D, x as Tensor4D, attributes as unknown as AvgPoolAttrs),
    }),
  });
}

function averagePoolGradient(gradient: Tensor4D, x: Tensor4D, attributes: AvgPoolAttrs): Tensor {
  const { filterSize, strides, pad } = attributes;
  const dy = isNative() || pad === 'valid' ? gradient : mul(gradient, sharesOfWindow(x, attributes));
  return engine().runKernel('AvgPoolGrad', { dy, input: x }, { filterSize, strides, pad });
}

/** [1, height, width, 1]: the size of the window divided by how many of its pixels are in the image. */
function sharesOfWindow(x: Tensor4D, { filterSize, strides, pad, dimRoundingMode }: AvgPoolAttrs): Tensor {
  const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } =
    backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const [, height, width] = x.shape;
  const count = (position: number, stride: number, before: number, reach: number, length: number) => {
    const start = position * stride - before;
    return Math.min(start + reach, length) - Math.max(start, 0);
  };
  const shares = new Float32Array(outHeight * outWidth).map((_, index) => {
    const rows = count(Math.floor(index / outWidth), strideHeight, padInfo.top, filterHeight, height);
    const columns = count(index % outWidth, strideWidth, padInfo.left, filterWidth, width);
    return (filterHeight * filterWidth) / (rows * columns);
  });
  return tensor(shares, [1, outHeight, outWidth, 1]);
}
