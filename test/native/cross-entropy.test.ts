import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../../lib/kernels/cross-entropy';
import { createRandom } from '../../lib/random/seeded-random';
import { loadNativeBackend } from '../../lib/tensorflow/native-binding';
import { openPreparedEngine } from '../support/prepared-engine';
import { testedDevice } from '../support/tested-device';

const next = createRandom(1);
const random = () => next() / 2 ** 32;
const count = 64;
const logits = Float32Array.from({ length: count * 10 }, () => 8 * random() - 4);
const labels = Int32Array.from({ length: count }, () => Math.floor(10 * random()));

function compute(smoothing: number) {
  const { losses, gradient } = softmaxCrossEntropy(
    tensor2d(logits, [count, 10]),
    tensor1d(labels, 'int32'),
    smoothing,
  );
  return { losses: losses.dataSync(), gradient: gradient.dataSync() };
}

/** As if the backend computed on a GPU. */
function computeAsOnGpu(smoothing: number) {
  const backend = loadNativeBackend();
  const operations = jest.spyOn(backend, 'executeMultipleOutputs');
  const property = jest.replaceProperty(backend as { isUsingGpuDevice: boolean }, 'isUsingGpuDevice', true);
  try {
    return { ...compute(smoothing), operations: operations.mock.calls.map(([name]) => name) };
  } finally {
    property.restore();
    operations.mockRestore();
  }
}

// Of TensorFlow's own operations, only the CPU's have a fixed order.
const onCpuOnly = testedDevice === 'cpu' ? test : test.skip;

onCpuOnly.each([0, 0.1])(
  'with smoothing %p, the formula of GPUs gives what TensorFlow’s operation gives',
  async (smoothing) => {
    await openPreparedEngine();
    const operation = compute(smoothing);
    const formula = computeAsOnGpu(smoothing);
    for (const output of ['losses', 'gradient'] as const) {
      const differences = Array.from(operation[output], (value, index) =>
        Math.abs(value - formula[output][index]!),
      );
      expect(Math.max(...differences)).toBeLessThan(1e-5);
    }
    expect(formula.operations).not.toContainEqual(expect.stringContaining('CrossEntropy'));
  },
);
