import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import type { PixelRange } from '../../lib/contracts/pixel-range';
import { measureModel } from '../../lib/evaluation/measure-model';
import { describeOutputs } from '../../lib/evaluation/model-outputs';
import { hasOwnRescaling } from '../../lib/evaluation/pixel-range';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

/** Two pixels: the darker one is the class; confident for inputs of `contrast`. */
function makeModel(contrast: number): LayersModel {
  const model = sequential({
    layers: [
      layers.flatten({ inputShape: [1, 2] }),
      layers.dense({ units: 2, activation: 'softmax', useBias: false }),
    ],
  });
  const slope = 4 / contrast;
  const kernel = tf.tensor2d([slope, 0, 0, slope], [2, 2]);
  model.layers[1]!.setWeights([kernel]);
  kernel.dispose();
  return model;
}

const images = {
  pixels: Uint8Array.of(255, 0, 0, 255, 250, 5, 10, 245, 0, 255),
  labels: Uint8Array.of(0, 1, 0, 1, 0),
  count: 5,
  imageShape: [1, 2] as const,
};

test.each<[string, number, PixelRange, PixelRange | undefined]>([
  ['made for fractions, and given them', 1, '0..1', undefined],
  ['made for bytes, and given them', 255, '0..255', undefined],
])('a model %s', async (_, contrast, range, expected) => {
  const model = makeModel(contrast);
  const before = tf.memory().numTensors;
  const measured = await measureModel(model, describeOutputs(model, 'The model'), images, {
    range,
    signal: new AbortController().signal,
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(measured.metrics.accuracy).toBe(0.8);
  expect(measured.betterRange).toBe(expected);
  model.dispose();
});

test('a model with much better results for another pixel range is noticed', async () => {
  const model = makeModel(255);
  const right = { ...images, labels: Uint8Array.of(0, 1, 0, 1, 1) };
  const { metrics, betterRange } = await measureModel(model, describeOutputs(model, 'The model'), right, {
    range: '0..1',
    signal: new AbortController().signal,
  });
  expect(metrics.accuracy).toBe(1);
  expect(metrics.loss).toBeGreaterThan(0.6);
  expect(betterRange).toBe('0..255');
  model.dispose();
});

test.each<[string, LayersModel['layers'], boolean]>([
  [
    'a division by 255',
    [layers.rescaling({ scale: 1 / 255, inputShape: [2] }), layers.dense({ units: 2 })],
    true,
  ],
  [
    'a reshape, and bytes to -1 … 1',
    [
      layers.reshape({ targetShape: [2, 1], inputShape: [2] }),
      layers.rescaling({ scale: 1 / 127.5, offset: -1 }),
    ],
    true,
  ],
  ['fractions to -1 … 1', [layers.rescaling({ scale: 2, offset: -1, inputShape: [2] })], false],
  [
    'a layer with weights',
    [layers.dense({ units: 2, inputShape: [2] }), layers.rescaling({ scale: 1 / 255 })],
    false,
  ],
])('a model that starts with %s', (_, stack, expected) => {
  const model = sequential({ layers: stack });
  expect(hasOwnRescaling(model)).toBe(expected);
  model.dispose();
});
