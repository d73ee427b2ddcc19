import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { normalizeBatch } from '../../lib/kernels/batch-normalization';
import { installWasmKernels } from '../../lib/kernels/install-kernels';
import type { LayerKind, TfjsLayer } from '../../lib/model/layers/layer-kind';
import { type LayerClass, layerKinds } from '../../lib/model/layers/layer-kinds';
import { createRandom } from '../../lib/random/seeded-random';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(async () => {
  await useWasmBackend();
  installWasmKernels();
});

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** In [-1, 1); equal on every backend. */
function values(shape: readonly number[], seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => random() / 2 ** 31 - 1);
}

const makeTensor = (shape: readonly number[], seed: number) => tf.tensor(values(shape, seed), [...shape]);

/** The gradients of Σ (weights of the outputs · outputs), by the inputs. */
async function gradientsOn(
  backend: 'cpu' | 'wasm',
  shapes: readonly (readonly number[])[],
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
): Promise<number[][]> {
  await tf.setBackend(backend);
  const countTensors = () => [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const before = countTensors();
  const gradients = tf.tidy(() => {
    const inputs = shapes.map((shape, index) => makeTensor(shape, index + 1));
    const weighted = (...given: tf.Tensor[]) => {
      const output = compute(...given);
      return tf.sum<tf.Scalar>(tf.mul(output, makeTensor(output.shape, 99)));
    };
    return tf.grads(weighted)(inputs);
  });
  const found: number[][] = [];
  for (const gradient of gradients) found.push([...(await gradient.data())]);
  tf.dispose(gradients);
  expect(countTensors()).toEqual(before);
  return found;
}

async function expectEqualGradients(
  shapes: readonly (readonly number[])[],
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
): Promise<void> {
  const expected = await gradientsOn('cpu', shapes, compute);
  const found = await gradientsOn('wasm', shapes, compute);
  expect(found.map((each) => each.length)).toEqual(shapes.map(sizeOf));
  for (const [index, gradient] of expected.entries()) {
    const scale = 1 + Math.max(...gradient.map(Math.abs));
    gradient.forEach((value, at) => {
      expect(Math.abs(found[index]![at]! - value) / scale).toBeLessThan(1e-5);
    });
  }
}

/** Sizes of a convolution or a pooling, in which the window fits. */
const windows = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    window: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    more: fc.tuple(fc.nat(6), fc.nat(6)),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.constantFrom('same' as const, 'valid' as const),
    channels: fc.integer({ min: 1, max: 5 }),
    outputs: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ more, ...sizes }) => ({
    ...sizes,
    image: [sizes.count, sizes.window[0] + more[0], sizes.window[1] + more[1], sizes.channels] as [
      number,
      number,
      number,
      number,
    ],
  }));

test('a convolution of any size, stride and padding has the gradients of the cpu backend', async () => {
  await fc.assert(
    fc.asyncProperty(windows, async ({ image, window, channels, outputs, strides, padding }) => {
      await expectEqualGradients([image, [...window, channels, outputs]], (x, filter) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, padding),
      );
    }),
  );
});

test('so has a depthwise convolution, also with several outputs for each channel', async () => {
  await fc.assert(
    fc.asyncProperty(windows, async ({ image, window, channels, outputs, strides, padding }) => {
      await expectEqualGradients([image, [...window, channels, outputs]], (x, filter) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, padding),
      );
    }),
  );
});

test('so has max pooling, also of values that are all negative, and of equal ones', async () => {
  await fc.assert(
    fc.asyncProperty(
      windows,
      fc.constantFrom(-2, 0, 2),
      fc.boolean(),
      async ({ image, window, strides, padding }, offset, isCoarse) => {
        await expectEqualGradients([image], (x) => {
          const moved = tf.add(x, offset);
          // Rounding makes equal values; its gradient would be 0.
          const coarse = tf.customGrad((given) => ({
            value: tf.round(given as tf.Tensor),
            gradFunc: (gradient) => gradient as tf.Tensor,
          }));
          return tf.maxPool((isCoarse ? coarse(moved) : moved) as tf.Tensor4D, window, strides, padding);
        });
      },
    ),
  );
});

test('so has batch normalization in training, with its statistics', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
      fc.integer({ min: 1, max: 4 }),
      async (sizes, channels) => {
        const shape = [4, ...sizes, channels];
        const statistics: number[][] = [];
        await expectEqualGradients([shape, [channels], [channels]], (x, gamma, beta) => {
          const { normalized, mean, variance } = normalizeBatch(x, gamma!, beta!, 0.01);
          statistics.push([...mean.dataSync(), ...variance.dataSync()]);
          tf.dispose([mean, variance]);
          return normalized;
        });
        const [expected, found] = statistics;
        expect(found).toEqual(expected!.map((value) => expect.closeTo(value, 5)));
      },
    ),
  );
});

/** Layers that can be trained, with settings that differ in their gradients, and the shape of an image. */
const layerCases: readonly (readonly [LayerClass, Record<string, unknown>, readonly number[]])[] = [
  ...['linear', 'relu', 'sigmoid', 'softmax', 'tanh'].flatMap((activation) => [
    ['Dense', { units: 3, activation }, [5]] as const,
    ['Activation', { activation }, [2, 3]] as const,
  ]),
  ['AveragePooling2D', { pool_size: [2, 2] }, [6, 5, 2]],
  ['AveragePooling2D', { pool_size: [3, 3], strides: [2, 2], padding: 'same' }, [6, 5, 2]],
  ['Conv2D', { filters: 3, kernel_size: [3, 3], padding: 'same', activation: 'relu' }, [6, 5, 2]],
  ['Conv2D', { filters: 3, kernel_size: [1, 1], use_bias: false }, [6, 5, 2]],
  ['DepthwiseConv2D', { kernel_size: [3, 3], padding: 'same', activation: 'relu' }, [6, 5, 2]],
  ['DepthwiseConv2D', { kernel_size: [3, 3], strides: [2, 2], depth_multiplier: 2 }, [6, 5, 2]],
  ['Flatten', {}, [2, 3, 2]],
  ['GlobalAveragePooling2D', {}, [4, 3, 2]],
  ['GlobalMaxPooling2D', {}, [4, 3, 2]],
  ['LayerNormalization', {}, [4, 3]],
  ['LeakyReLU', {}, [5]],
  ['MaxPooling2D', { pool_size: [2, 2] }, [6, 5, 2]],
  ['ReLU', {}, [5]],
  ['ReLU', { max_value: 0.5 }, [5]],
  ['Rescaling', { scale: 2, offset: 1 }, [3]],
  ['Reshape', { target_shape: [3, 2] }, [6]],
  ['SeparableConv2D', { filters: 4, kernel_size: [3, 3], activation: 'tanh' }, [6, 5, 2]],
  ['Softmax', {}, [5]],
  [
    'ZeroPadding2D',
    {
      padding: [
        [1, 1],
        [2, 0],
      ],
    },
    [3, 3, 2],
  ],
];

test.each(layerCases)('%s %j has the gradients of the cpu backend', async (className, config, imageShape) => {
  const kind = layerKinds[className] as unknown as LayerKind<Record<string, unknown>>;
  const settings = kind.schema.parse({ name: 'tested', trainable: true, ...config });
  const slots = kind.weights(settings, imageShape);
  await expectEqualGradients([[2, ...imageShape], ...slots.map(({ shape }) => shape)], (x, ...weights) => {
    const layer = kind.build(settings, { name: 'tested', trainable: true, inputShape: [...imageShape] });
    layer.build([2, ...imageShape]);
    replaceWeights(layer, weights);
    return layer.call(x, { training: true }) as tf.Tensor;
  });
});

/** Weights that a gradient can be taken by, instead of variables. */
function replaceWeights(layer: TfjsLayer, tensors: readonly tf.Tensor[]): void {
  for (const [index, weight] of layer.weights.entries()) {
    weight.dispose();
    Object.assign(weight, { read: () => tensors[index]! });
  }
}

test.each([
  ['Add', {}],
  ['Concatenate', { axis: -1 }],
] as const)('%s has the gradients of the cpu backend', async (className, config) => {
  const kind = layerKinds[className] as unknown as LayerKind<Record<string, unknown>>;
  const settings = kind.schema.parse({ name: 'tested', trainable: true, ...config });
  await expectEqualGradients(
    [
      [2, 3],
      [2, 3],
    ],
    (first, second) => {
      const layer = kind.build(settings, { name: 'tested', trainable: true });
      layer.build([
        [2, 3],
        [2, 3],
      ]);
      return layer.call([first, second], {}) as tf.Tensor;
    },
  );
});
