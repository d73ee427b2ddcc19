import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { normalizePixels } from '../../lib/dataset/pixels';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import type { Batch } from '../../lib/training/batches';
import { drawWeights } from '../../lib/training/draw-weights';
import { createOptimizer } from '../../lib/training/optimizers/create-optimizer';
import { createRandom } from '../../lib/training/seeded-random';
import type { SessionSettings } from '../../lib/training/training-engine';
import { layOutState, resultingWeights, toInitialState, weightsOf } from '../../lib/training/training-state';
import { openWasmEngine } from '../../lib/training/wasm-engine';
import { assembleStages, type DenseStage } from '../support/perceptron';
import { openPreparedEngine } from '../support/prepared-engine';
import { runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const units = [50, 40, 30, 10] as const;
const settings = { steps: 10, batchSize: 64, learningRate: 0.001, l2: 0.0003 };
const stages: readonly DenseStage[] = units
  .slice(1)
  .map((width, layer) => ({ inputs: units[layer]!, units: width, dropoutRate: 0, l2: settings.l2 }));

function makeBatches(): Batch[] {
  const random = createRandom(11);
  return Array.from({ length: settings.steps }, () => ({
    count: settings.batchSize,
    pixels: Uint8Array.from({ length: settings.batchSize * units[0] }, () => random() % 256),
    labels: Int32Array.from({ length: settings.batchSize }, () => random() % 10),
  }));
}

const flatten = (weights: readonly Float32Array[]) =>
  Float32Array.from(weights.flatMap((values) => [...values]));

const write = (name: string, values: Float32Array) =>
  writeFileSync(join(folder, `${name}.f32`), new Uint8Array(values.buffer));

const batches = makeBatches();
const sessionSettings: SessionSettings = {
  ...runConfigSchema.parse({}),
  batchSizes: { training: [settings.batchSize], evaluation: [] },
};
let initial: Float32Array[];
let keras: { losses: number[] };
let kerasWeights: Float32Array;

beforeAll(async () => {
  await useWasmBackend();
  const drawn = assembleStages(stages);
  initial = drawWeights(drawn, 4);
  drawn.dispose();
  writeFileSync(join(folder, 'setup.json'), JSON.stringify({ units, ...settings }));
  write('initial', flatten(initial));
  write('images', Float32Array.from(batches.flatMap(({ pixels }) => [...normalizePixels(pixels)])));
  write('labels', Float32Array.from(batches.flatMap(({ labels }) => [...labels])));
  keras = runPython('keras_steps.py', [folder]);
  kerasWeights = new Float32Array(new Uint8Array(readFileSync(join(folder, 'trained.f32'))).buffer);
});

test.each([
  ['native', openPreparedEngine],
  ['WASM', openWasmEngine],
])(
  'ten training steps of the %s engine equal those of Keras: losses to 1e-5, weights to 2e-5',
  async (_, open) => {
    const engine = await open();
    const model = assembleStages(stages);
    const layout = layOutState(weightsOf(model), createOptimizer(sessionSettings), sessionSettings);
    const session = engine.openSession(model, toInitialState(layout, initial), sessionSettings);
    const losses: number[] = [];
    for (const batch of batches) {
      session.train(batch, settings.learningRate);
      losses.push((await session.readTotals()).loss / batch.count);
      session.startEpoch();
    }
    const weights = flatten(resultingWeights(await session.readWeights()));
    session.dispose();
    model.dispose();

    losses.forEach((loss, step) => {
      expect(Math.abs(loss - keras.losses[step]!)).toBeLessThan(1e-5);
    });
    const distances = weights.map((weight, index) => Math.abs(weight - kerasWeights[index]!));
    expect(weights).toHaveLength(kerasWeights.length);
    expect(Math.max(...distances)).toBeLessThan(2e-5);
  },
);
