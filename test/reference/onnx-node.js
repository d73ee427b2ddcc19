/**
 * Loads exported models in onnxruntime-node. Usage: onnx-node.js FOLDER MNIST_FOLDER MODEL…; FOLDER has <model>.onnx and
 * <model>.f32. Prints the largest difference of the probabilities of the first 100 test images.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { InferenceSession, Tensor, env } = require('onnxruntime-node');

const [, , folder, mnist, ...names] = process.argv;
const pixels = readFileSync(join(mnist, 't10k-images-idx3-ubyte')).subarray(16, 16 + 100 * 784);
const images = new Tensor(
  'float32',
  Float32Array.from(pixels, (pixel) => pixel / 255),
  [100, 28, 28],
);

async function measure(name) {
  const session = await InferenceSession.create(join(folder, `${name}.onnx`));
  const { probabilities } = await session.run({ images });
  const expected = new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.f32`))).buffer);
  return Math.max(...probabilities.data.map((value, index) => Math.abs(value - expected[index])));
}

(async () => {
  const differences = {};
  for (const name of names) differences[name] = await measure(name);
  console.log(JSON.stringify({ version: env.versions.node, differences }));
})();
