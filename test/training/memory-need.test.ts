import { describeMlp } from '../../lib/model/architectures';
import { assertFitsMemory } from '../../lib/training/memory-need';

const network = describeMlp({ hidden: [1000, 10], dropout: 0.1, l2: 0, classes: 10 }, [10, 10]);
const parameterCount = 100 * 1000 + 1000 + 1000 * 10 + 10 + 10 * 10 + 10;
const adam = { optimizer: 'adam', momentum: 0.9, nesterov: false, weightDecay: 0, emaDecay: 0 } as const;

test.each([
  ['adam', adam, 4],
  ['adam with averaged weights', { ...adam, emaDecay: 0.999 }, 5],
  ['sgd with momentum', { ...adam, optimizer: 'sgd' } as const, 3],
  ['plain sgd', { ...adam, optimizer: 'sgd', momentum: 0 } as const, 2],
])('%s needs so many values for each parameter', (_, settings, tensors) => {
  const bytes = 4 * tensors * parameterCount;
  expect(() => assertFitsMemory(network, settings, { memoryBytes: bytes })).not.toThrow();
  expect(() => assertFitsMemory(network, settings, { memoryBytes: bytes - 1 })).toThrow(
    /has 111,120 parameters, most of them in its layer "dense_1"\. .* GiB, and this machine has 0\.0 GiB/,
  );
});

test('the largest perceptron that the settings allow does not fit this machine', () => {
  const hidden = new Array(16).fill(16_384);
  const largest = describeMlp({ hidden, dropout: 0.1, l2: 0, classes: 10 }, [28, 28]);
  expect(() => assertFitsMemory(largest, adam)).toThrow(/Make the layer smaller/);
});

test('the images that the training holds count, and the message names their setting', () => {
  const memoryBytes = 16 * parameterCount + 1000;
  expect(() => assertFitsMemory(network, adam, { imageBytes: 1000, memoryBytes })).not.toThrow();
  expect(() => assertFitsMemory(network, adam, { imageBytes: 1001, memoryBytes })).toThrow(
    /holds 0\.0 GiB of images, .* Give a smaller shuffleWindow/,
  );
});
