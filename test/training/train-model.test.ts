import * as tf from '@tensorflow/tfjs-core';
import type { Epoch } from '../../lib/contracts/results';
import type { LabelledImages } from '../../lib/dataset/load-split';
import { buildMlp } from '../../lib/model/architectures';
import { createRandom } from '../../lib/training/seeded-random';
import { type TrainingOptions, trainModel } from '../../lib/training/train-model';
import type { TrainingEngine } from '../../lib/training/training-engine';
import { openWasmEngine } from '../../lib/training/wasm-engine';

let engine: TrainingEngine;
beforeAll(async () => {
  engine = await openWasmEngine();
});

/** Label k lights row k of a 4 × 4 picture, under noise. */
function makeImages(count: number, seed: number): LabelledImages {
  const random = createRandom(seed);
  const images = Float32Array.from({ length: count * 16 }, () => random() / 2 ** 33);
  const labels = Uint8Array.from({ length: count }, () => random() % 4);
  labels.forEach((label, row) => {
    images.fill(1, row * 16 + label * 4, row * 16 + label * 4 + 4);
  });
  return { images, labels, count, imageShape: [4, 4] };
}

async function trainTiny(change: Partial<TrainingOptions> = {}) {
  const model = buildMlp({ hidden: [16, 8], dropout: 0.1, l2: 0, classes: 4 }, [4, 4]);
  const epochs: Epoch[] = [];
  const positions: number[][] = [];
  try {
    const stepCount = await trainModel({
      model,
      engine,
      trainImages: makeImages(205, 1),
      validationImages: makeImages(60, 2),
      settings: { epochs: 6, batchSize: 20, learningRate: 0.01, seed: 1 },
      now: () => new Date(0),
      signal: new AbortController().signal,
      onStep: ({ epoch, step, stepsPerEpoch }) => positions.push([epoch, step, stepsPerEpoch]),
      onEpoch: async (epoch) => {
        epochs.push(epoch);
      },
      ...change,
    });
    const weights = model.getWeights().map((each) => Array.from(each.dataSync()));
    return { stepCount, epochs, positions, weights };
  } finally {
    model.dispose();
  }
}

test('it learns: the loss falls, the validation accuracy passes 0.95', async () => {
  const { epochs, stepCount, positions } = await trainTiny();
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss / 2);
  expect(epochs.at(-1)!.val_acc).toBeGreaterThan(0.95);
  // 205 images in batches of 20: the last batch of an epoch has 5.
  expect(stepCount).toBe(66);
  expect(positions).toHaveLength(66);
  expect(positions.at(-1)).toEqual([6, 11, 11]);
});

test('one seed, one result; another seed, another', async () => {
  const [once, again] = [await trainTiny(), await trainTiny()];
  expect(again.weights).toEqual(once.weights);
  expect(again.epochs).toEqual(once.epochs);
  const other = await trainTiny({ settings: { epochs: 6, batchSize: 20, learningRate: 0.01, seed: 2 } });
  expect(other.weights).not.toEqual(once.weights);
});

test('no tensor is left behind, however it ends', async () => {
  const before = tf.memory().numTensors;
  await trainTiny();
  await expect(trainTiny({ onEpoch: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  expect(tf.memory().numTensors).toBe(before);
});

test('an aborted signal stops it before the next step', async () => {
  const stop = new AbortController();
  let stepCount = 0;
  const training = trainTiny({
    signal: stop.signal,
    onStep: () => {
      stepCount += 1;
      if (stepCount === 14) stop.abort();
    },
  });
  await expect(training).rejects.toMatchObject({
    name: 'Interrupted',
    message: expect.stringContaining('before step 4 of epoch 2'),
  });
  expect(stepCount).toBe(14);
});

test('a loss that is no number stops the run, names the learning rate and what to try', async () => {
  const trainImages = makeImages(60, 1);
  trainImages.images[5] = Number.NaN;
  await expect(trainTiny({ trainImages })).rejects.toMatchObject({
    name: 'TrainingDiverged',
    message: expect.stringMatching(/epoch 1 .*NaN.* learning rate of 0.01.* such as 0.001/),
  });
});
