import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
// It registers the gradients of all operations.
import '@tensorflow/tfjs-layers';
import { installGradients } from '../../lib/kernels/install-kernels';
import { createRandom } from '../../lib/random/seeded-random';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(async () => {
  await useWasmBackend();
  installGradients();
});

const random = createRandom(7);
const draw = (shape: [number, number, number, number]) =>
  tf.tensor(
    Float32Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      () => random() / 2 ** 31 - 1,
    ),
    shape,
  );

/** Every pixel gets its part of each average that it is in. */
test.each(
  (['wasm', 'cpu'] as const).flatMap((backend) =>
    [
      { size: [3, 3], strides: [1, 1], pad: 'same' },
      { size: [3, 2], strides: [2, 2], pad: 'same' },
      { size: [2, 3], strides: [2, 1], pad: 'valid' },
    ].map((window) => ({ backend, ...window })),
  ),
)(
  'the gradient of average pooling on $backend: $size by $strides, $pad',
  async ({ backend, size, strides, pad }) => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const x = draw([2, 5, 6, 2]);
      const pool = (images: tf.Tensor) =>
        tf.avgPool(
          images as tf.Tensor4D,
          size as [number, number],
          strides as [number, number],
          pad as 'same',
        );
      const weighting = draw(pool(x).shape);
      const loss = (images: tf.Tensor) => tf.sum(tf.mul(pool(images), weighting)) as tf.Scalar;
      const gradient = tf.grad(loss)(x).dataSync();
      // The loss is linear: the gradient of a pixel is the loss of an image that has 1 there.
      const expected = Array.from({ length: x.size }, (_, pixel) =>
        tf.tidy(() => {
          const values = new Float32Array(x.size);
          values[pixel] = 1;
          return expect.closeTo(loss(tf.tensor(values, x.shape)).dataSync()[0]!, 5);
        }),
      );
      expect(Array.from(gradient)).toEqual(expected);
    });
  },
);
