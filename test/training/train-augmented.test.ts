import { runConfigSchema } from '../../lib/contracts/run-config';
import { type ImageSource, inMemory } from '../../lib/dataset/image-source';
import { describeCnn } from '../../lib/model/architectures';
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

/** For label k, column or row k of an 8 × 8 image is bright. */
function makeImages(count: number, seed: number): ImageSource {
  const random = createRandom(seed);
  const pixels = Uint8Array.from({ length: count * 64 }, () => random() % 64);
  const labels = Uint8Array.from({ length: count }, () => random() % 2);
  labels.forEach((label, row) => {
    for (let at = 1; at < 7; at += 1) pixels[row * 64 + (label === 0 ? 8 * at + 4 : 32 + at)] = 255;
  });
  return inMemory({ pixels, labels, count, imageShape: [8, 8] });
}

const settings: TrainingOptions['settings'] = runConfigSchema.parse({
  ...{ model: 'cnn', filters: [4, 6], epochs: 3, batchSize: 20, learningRate: 0.01 },
  ...{ shiftPixels: 1, rotationDegrees: 10, elasticPixels: 5, elasticSigma: 2 },
});

async function train(change: Partial<TrainingOptions> = {}) {
  const network = describeCnn({ filters: [4, 6], dropout: 0.1, l2: 0, classes: 2 }, [8, 8]);
  const model = assemble(toLogits(network), 'The network');
  const states: TrainingState[] = [];
  try {
    const { weights } = await trainModel({
      ...{ model, engine, settings },
      trainImages: makeImages(110, 1),
      validationImages: makeImages(40, 2),
      initial: drawWeights(model, settings.seed),
      now: () => new Date(0),
      signal: new AbortController().signal,
      onBatch: () => {},
      onCheckpoint: async (state) => {
        states.push({ ...state, history: [...state.history] });
      },
      onEpoch: async () => {},
      ...change,
    });
    return { states, weights: weights.map((each) => Array.from(each)) };
  } finally {
    model.dispose();
  }
}

const countThreads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

test('a convolutional network on augmented images, on WASM: it learns, and resumes to the same bytes', async () => {
  const before = countThreads();
  const whole = await train({ settings: { ...settings, checkpointSteps: 4 } });
  // Every fourth training step, and every sixth, which ends an epoch.
  expect(whole.states.map(({ step }) => step)).toEqual([4, 6, 8, 12, 16, 18]);
  const losses = whole.states.at(-1)!.history.map(({ loss }) => loss);
  expect(losses[2]).toBeLessThan(losses[0]! / 2);
  for (const resumeFrom of whole.states) expect((await train({ resumeFrom })).weights).toEqual(whole.weights);
  expect(countThreads()).toBe(before);
});

test('augmentation changes what is learned, and no thread remains after a failure or an interruption', async () => {
  const before = countThreads();
  const plain = { ...settings, shiftPixels: 0, rotationDegrees: 0, elasticPixels: 0 };
  expect((await train()).weights).not.toEqual((await train({ settings: plain })).weights);
  await expect(train({ onEpoch: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  const stop = new AbortController();
  const stopped = train({ signal: stop.signal, onBatch: ({ batch }) => batch === 3 && stop.abort() });
  await expect(stopped).rejects.toMatchObject({ name: 'Interrupted' });
  expect(countThreads()).toBe(before);
});
