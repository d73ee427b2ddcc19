import type { LayersModel } from '@tensorflow/tfjs-layers';
import { createRandom, type RandomUint32, randomStreams } from '../random/seeded-random';

/**
 * Keras' default initial values, in the order of `model.weights`: Glorot-uniform kernels, ones for scales and variances,
 * zeros for the others. Equal for equal seeds on every engine. Initializers that a file names are not used.
 */
export function drawWeights(model: LayersModel, seed: number): Float32Array[] {
  const drawn = new Map<string, Float32Array>();
  const weighted = model.layers.filter(({ weights }) => weights.length > 0);
  for (const [layer, { weights }] of weighted.entries()) {
    let kernels = 0;
    for (const { name, originalName, shape } of weights) {
      const sizes = shape.map(Number);
      if (originalName.endsWith('kernel')) {
        // The path of a layer's only kernel has three numbers; a separable convolution has a second kernel.
        const path = kernels === 0 ? [layer] : [layer, kernels];
        drawn.set(name, glorotUniform(sizes, createRandom(seed, randomStreams.initialWeights, ...path)));
        kernels += 1;
      } else {
        const value = /(gamma|moving_variance)$/.test(originalName) ? 1 : 0;
        drawn.set(name, new Float32Array(countValues(sizes)).fill(value));
      }
    }
  }
  return model.weights.map(({ name }) => drawn.get(name)!);
}

const countValues = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/**
 * Uniform in ±√(6 / (fan in + fan out)), row-major; the fans of a convolution count its whole window.
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010;
 * `keras.src.initializers.random_initializers.compute_fans`.
 */
function glorotUniform(shape: readonly number[], random: RandomUint32): Float32Array {
  const window = countValues(shape.slice(0, -2));
  const limit = Math.sqrt(6 / (window * (shape.at(-2)! + shape.at(-1)!)));
  return Float32Array.from({ length: countValues(shape) }, () => (random() / 2 ** 31 - 1) * limit);
}
