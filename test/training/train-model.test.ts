import * as tf from '@tensorflow/tfjs-core';
import type { Epoch } from '../../lib/contracts/results';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { type ImageSource, inMemory } from '../../lib/dataset/image-source';
import { describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { toLogits } from '../../lib/model/heads';
import { createRandom } from '../../lib/random/seeded-random';
import { drawWeights } from '../../lib/training/draw-weights';
import { type TrainingOptions, trainModel } from '../../lib/training/train-model';
import type { TrainingEngine } from '../../lib/training/training-engine';
import type { TrainingState } from '../../lib/training/training-state';
import { openWasmEngine } from '../../lib/training/wasm/wasm-engine';

let engine: TrainingEngine;
beforeAll(async () => {
  engine = await openWasmEngine();
});

/** The bias of a layer is its index. */
function makeWeights(kernelValue: number): Float32Array[] {
  return [16, 16, 8].flatMap((inputs, layer) => {
    const units = [16, 8, 4][layer]!;
    return [new Float32Array(inputs * units).fill(kernelValue), new Float32Array(units).fill(layer)];
  });
}

/** For label k, row k of a 4 × 4 image is bright, with noise. */
function makeImages(count: number, seed: number): ImageSource {
  const random = createRandom(seed);
  const pixels = Uint8Array.from({ length: count * 16 }, () => random() % 128);
  const labels = Uint8Array.from({ length: count }, () => random() % 4);
  labels.forEach((label, row) => {
    pixels.fill(255, row * 16 + label * 4, row * 16 + label * 4 + 4);
  });
  return inMemory({ pixels, labels, count, imageShape: [4, 4] });
}

const settings: TrainingOptions['settings'] = runConfigSchema.parse({
  epochs: 6,
  batchSize: 20,
  learningRate: 0.01,
});

async function trainTiny(change: Partial<TrainingOptions> = {}) {
  const network = describeMlp({ hidden: [16, 8], dropout: 0.1, l2: 0, classes: 4 }, [4, 4]);
  const model = assemble(toLogits(network), 'The perceptron');
  const states: TrainingState[] = [];
  const positions: number[][] = [];
  let epochs: readonly Epoch[] = [];
  try {
    const outcome = await trainModel({
      model,
      engine,
      trainImages: makeImages(205, 1),
      validationImages: makeImages(60, 2),
      settings,
      initial: drawWeights(model, (change.settings ?? settings).seed),
      now: () => new Date(0),
      signal: new AbortController().signal,
      onBatch: ({ epoch, batch, batchesPerEpoch }) => positions.push([epoch, batch, batchesPerEpoch]),
      onCheckpoint: async (state) => {
        states.push({ ...state, history: [...state.history] });
      },
      onEpoch: async (history) => {
        epochs = [...history];
      },
      ...change,
    });
    const weights = outcome.weights.map((each) => Array.from(each));
    return { ...outcome, epochs, states, positions, weights };
  } finally {
    model.dispose();
  }
}

test('it learns: the loss decreases, the validation accuracy exceeds 0.95', async () => {
  const { epochs, stepCount, positions } = await trainTiny();
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss / 2);
  expect(epochs.at(-1)!.val_acc).toBeGreaterThan(0.95);
  // 205 images in batches of 20: the last batch of an epoch has 5.
  expect(stepCount).toBe(66);
  expect(positions).toHaveLength(66);
  expect(positions.at(-1)).toEqual([6, 11, 11]);
});

test('equal seeds give equal results; other seeds give others', async () => {
  const [once, again] = [await trainTiny(), await trainTiny()];
  expect(again.weights).toEqual(once.weights);
  expect(again.epochs).toEqual(once.epochs);
  const other = await trainTiny({ settings: { ...settings, seed: 2 } });
  expect(other.weights).not.toEqual(once.weights);
});

test('no tensor remains after success or failure', async () => {
  const before = tf.memory().numTensors;
  await trainTiny();
  await expect(trainTiny({ onEpoch: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  expect(tf.memory().numTensors).toBe(before);
});

test('an aborted signal stops it before the next training step', async () => {
  const stop = new AbortController();
  let stepCount = 0;
  const training = trainTiny({
    signal: stop.signal,
    onBatch: () => {
      stepCount += 1;
      if (stepCount === 14) stop.abort();
    },
  });
  await expect(training).rejects.toMatchObject({
    name: 'Interrupted',
    message: expect.stringContaining('before training step 4 of epoch 2'),
  });
  expect(stepCount).toBe(14);
});

test.each([1, 5, 11, 12, 30])(
  'interrupted before step %i + 1 and resumed: the same bytes, the same history',
  async (stepCount) => {
    const whole = await trainTiny();
    const stop = new AbortController();
    const states: TrainingState[] = [];
    let steps = 0;
    const interrupted = trainTiny({
      signal: stop.signal,
      onBatch: () => {
        steps += 1;
        if (steps === stepCount) stop.abort();
      },
      onCheckpoint: async (state) => {
        states.push({ ...state, history: [...state.history] });
      },
    });
    await expect(interrupted).rejects.toMatchObject({
      message: expect.stringMatching(/A checkpoint has the first \d+ training steps/),
    });
    expect(states.at(-1)!.step).toBe(stepCount);
    const resumed = await trainTiny({ resumeFrom: states.at(-1) });
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.stepCount).toBe(66);
  },
);

test('resumed from the checkpoint of any epoch, or of any step: the same bytes', async () => {
  const whole = await trainTiny({ settings: { ...settings, checkpointSteps: 4 } });
  // Every fourth training step, and every eleventh, which ends an epoch.
  expect(whole.states.map(({ step }) => step)).toEqual([
    ...[4, 8, 11, 12, 16, 20, 22, 24, 28, 32, 33, 36, 40, 44, 48, 52, 55, 56, 60, 64, 66],
  ]);
  for (const resumeFrom of whole.states) {
    expect((await trainTiny({ resumeFrom })).weights).toEqual(whole.weights);
  }
});

test('early stopping ends after the patience and sets the best weights', async () => {
  const patient = { ...settings, epochs: 60, patience: 2, learningRate: 0.05 };
  const stopped = await trainTiny({ settings: patient });
  const losses = stopped.epochs.map((epoch) => epoch.val_loss);
  expect(stopped.epochs.length).toBeLessThan(60);
  expect(stopped.epoch).toBe(stopped.epochs.length - 2);
  expect(losses[stopped.epoch - 1]).toBe(Math.min(...losses));
  const untilBest = await trainTiny({ settings: { ...patient, epochs: stopped.epoch, patience: 0 } });
  expect(stopped.weights).toEqual(untilBest.weights);
  const resumed = await trainTiny({ settings: patient, resumeFrom: stopped.states.at(-2) });
  expect(resumed.weights).toEqual(stopped.weights);
});

test.each(['cosine', 'plateau'] as const)(
  'the schedule %s changes the training, and resumes to the same bytes',
  async (schedule) => {
    const fast = { ...settings, epochs: 15, learningRate: 0.05 };
    const scheduled = await trainTiny({ settings: { ...fast, schedule } });
    expect(scheduled.weights).not.toEqual((await trainTiny({ settings: fast })).weights);
    const resumed = await trainTiny({ settings: { ...fast, schedule }, resumeFrom: scheduled.states.at(-4) });
    expect(resumed.weights).toEqual(scheduled.weights);
  },
);

test('given weights replace the seeded ones', async () => {
  const initial = makeWeights(0.01);
  const model = await trainTiny({ initial, settings: { ...settings, epochs: 1, learningRate: 1e-9 } });
  expect(model.weights[1]!.every((value) => Math.abs(value) < 1e-6)).toBe(true);
  expect(model.weights[4]!.every((value) => Math.abs(value - 0.01) < 1e-6)).toBe(true);
});

test('a loss that is not finite stops the run, with the training step, the learning rate and a remedy', async () => {
  const training = trainTiny({ settings: { ...settings, learningRate: 1e30 } });
  await expect(training).rejects.toMatchObject({
    name: 'TrainingDiverged',
    message: expect.stringMatching(
      /since training step [2-4] of epoch 1, at a learning rate of 1e\+30\..* such as 1e\+29/,
    ),
  });
});

test('a diverged training leaves no checkpoint', async () => {
  const initial = makeWeights(Number.NaN);
  const states: TrainingState[] = [];
  const onCheckpoint = async (state: TrainingState) => {
    states.push(state);
  };
  const training = trainTiny({ initial, onCheckpoint, settings: { ...settings, checkpointSteps: 1 } });
  await expect(training).rejects.toMatchObject({
    message: expect.stringContaining('since training step 1 of epoch 1'),
  });
  expect(states).toEqual([]);
});
