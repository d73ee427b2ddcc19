import { matMul, setBackend, tidy, truncatedNormal } from '@tensorflow/tfjs-core';
import { loadNativeBackend } from '../../lib/tensorflow/native-binding';

const batchSize = 512;
const units = [784, 1024, 512, 256, 10] as const;
const trainCount = 60_000;
const testCount = 10_000;
const repetitions = 60;

/**
 * Measures only the matrix products of one epoch of the default configuration in TensorFlow: forward, gradients by the
 * weights and by the inputs (except of the first layer), and forward over the test set. No engine can be faster.
 */
async function main(): Promise<void> {
  loadNativeBackend();
  await setBackend('tensorflow');
  const multiply = (
    rows: number,
    inner: number,
    columns: number,
    transposeA: boolean,
    transposeB: boolean,
  ) => {
    const a = truncatedNormal(transposeA ? [inner, rows] : [rows, inner]);
    const b = truncatedNormal(transposeB ? [columns, inner] : [inner, columns]);
    const run = () => tidy(() => void matMul(a, b, transposeA, transposeB));
    for (let warmUp = 0; warmUp < 5; warmUp += 1) run();
    const startedAt = performance.now();
    for (let repetition = 0; repetition < repetitions; repetition += 1) run();
    return (performance.now() - startedAt) / 1000 / repetitions;
  };
  let forward = 0;
  let byWeights = 0;
  let byInputs = 0;
  for (const [layer, inputs] of units.slice(0, -1).entries()) {
    const outputs = units[layer + 1]!;
    forward += multiply(batchSize, inputs, outputs, false, false);
    byWeights += multiply(inputs, batchSize, outputs, true, false);
    if (layer > 0) byInputs += multiply(batchSize, outputs, inputs, false, true);
  }
  const seconds = ((forward + byWeights + byInputs) * trainCount + forward * testCount) / batchSize;
  console.log(JSON.stringify({ seconds }));
}

void main();
