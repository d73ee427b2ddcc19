import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { predictAll } from '../../lib/evaluation/predict-all';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

/** Softmax over the two pixels of a [1, 2] image. */
function makePixelModel() {
  return sequential({
    layers: [layers.flatten({ inputShape: [1, 2] }), layers.softmax({})],
  });
}

beforeAll(useWasmBackend);

test('rows keep their order across batches, and no tensor remains', async () => {
  const model = makePixelModel();
  const count = 2500;
  const pixels = Uint8Array.from({ length: count * 2 }, (_, index) => (index % 7) * 36);
  const before = tf.memory().numTensors;
  const probabilities = await predictAll(model, { pixels, count, imageShape: [1, 2] }, 2);
  expect(tf.memory().numTensors).toBe(before);
  expect(probabilities).toHaveLength(count * 2);
  for (const row of [0, 999, 1000, 2499]) {
    const expected = 1 / (1 + Math.exp((pixels[row * 2 + 1]! - pixels[row * 2]!) / 255));
    expect(probabilities[row * 2]).toBeCloseTo(expected, 5);
    expect(probabilities[row * 2]! + probabilities[row * 2 + 1]!).toBeCloseTo(1, 5);
  }
});

test('an aborted signal stops between batches', async () => {
  const stop = new AbortController();
  stop.abort();
  const before = tf.memory().numTensors;
  const source = { pixels: new Uint8Array(2), count: 1, imageShape: [1, 2] as const };
  await expect(predictAll(makePixelModel(), source, 2, stop.signal)).rejects.toMatchObject({
    name: 'Interrupted',
    message: expect.stringContaining('after 0 of 1 test images'),
  });
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  ['of color', [null, null, 3], [2, 3, 3]],
  ['with open columns', [2, null, 3], [2, 3, 3]],
  ['with one channel', [null, null, 1], [2, 3]],
] as const)('images %s fill the open sizes of an input of %j', async (_, shape, imageShape) => {
  const model = sequential({
    layers: [layers.globalAveragePooling2d({ inputShape: [...shape] }), layers.softmax({})],
  });
  const classes = shape[2];
  const pixels = Uint8Array.from({ length: 2 * 6 * classes }, (_, index) => (index % classes) * 100);
  const probabilities = await predictAll(model, { pixels, count: 2, imageShape }, classes);
  const exponents = Array.from({ length: classes }, (_, channel) => Math.exp((channel * 100) / 255));
  const sum = exponents.reduce((total, each) => total + each);
  const expected = exponents.map((each) => expect.closeTo(each / sum, 5));
  expect(Array.from(probabilities)).toEqual([...expected, ...expected]);
  model.dispose();
});
