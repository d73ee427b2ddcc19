import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';
import type { Batch } from '../../lib/dataset/image-source';
import { normalizePixels } from '../../lib/dataset/pixels';
import { describeCnn } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { toLogits } from '../../lib/model/heads';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { createRandom } from '../../lib/random/seeded-random';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { drawWeights } from '../../lib/training/draw-weights';
import type { TrainingEngine } from '../../lib/training/training-engine';
import { layOutState, toInitialState, weightsOf } from '../../lib/training/training-state';
import { openWasmEngine } from '../../lib/training/wasm/wasm-engine';
import { describeStages } from '../support/perceptron';
import { openPreparedEngine } from '../support/prepared-engine';
import { runPython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const steps = 10;
const batchSize = 64;
const l2 = 0.0003;
const learningRate = 0.001;

const units = [64, 40, 30, 10] as const;
const networks: Readonly<Record<string, KerasGraph>> = {
  mlp: describeStages(
    units.slice(1).map((width, layer) => ({ inputs: units[layer]!, units: width, dropoutRate: 0, l2 })),
  ),
  // Two convolutions with batch normalization, and a pooling.
  cnn: toLogits(describeCnn({ filters: [6], dropout: 0, l2, classes: 10 }, [8, 8])),
};

type Settings = Partial<RunConfig>;
/** Settings of ours, and the optimizer of Keras with its options. */
const trainings: Readonly<Record<string, readonly [Settings, string, object?]>> = {
  adam: [{}, 'Adam'],
  adamw: [{ optimizer: 'adamw', weightDecay: 0.1 }, 'AdamW', { weight_decay: 0.1 }],
  'sgd without momentum': [{ optimizer: 'sgd', momentum: 0 }, 'SGD'],
  'sgd with momentum': [{ optimizer: 'sgd' }, 'SGD', { momentum: 0.9 }],
  'sgd with Nesterov momentum': [
    { optimizer: 'sgd', nesterov: true },
    'SGD',
    { momentum: 0.9, nesterov: true },
  ],
  'label smoothing': [{ labelSmoothing: 0.1 }, 'Adam'],
  clipping: [{ clipNorm: 0.5, optimizer: 'sgd', momentum: 0 }, 'SGD', { global_clipnorm: 0.5 }],
  // With a decay above a half, our average weighs the first steps otherwise.
  'averaged weights': [{ emaDecay: 0.5 }, 'Adam', { use_ema: true, ema_momentum: 0.5 }],
};

const cases = Object.entries(networks).flatMap(([networkName, graph]) =>
  Object.entries(trainings).map(([training, [settings, optimizer, options]]) => ({
    name: `${networkName}, ${training}`,
    graph,
    settings: { ...runConfigSchema.parse({}), ...settings },
    keras: { optimizer, options: { learning_rate: learningRate, ...options } },
  })),
);
type Case = (typeof cases)[number];

function makeBatches(): Batch[] {
  // With another seed, the input of a relu may be so close to 0 that rounding decides about its gradient.
  const random = createRandom(12);
  return Array.from({ length: steps }, () => ({
    count: batchSize,
    pixels: Uint8Array.from({ length: batchSize * units[0] }, () => random() % 256),
    labels: Int32Array.from({ length: batchSize }, () => random() % 10),
  }));
}

const flatten = (weights: readonly Float32Array[]) =>
  Float32Array.from(weights.flatMap((values) => [...values]));

const batches = makeBatches();
const initial = new Map<KerasGraph, Float32Array[]>();
let kerasLosses: Readonly<Record<string, readonly number[]>>;

function writeCase({ name, graph, settings, keras }: Case): object {
  mkdirSync(join(folder, name));
  const write = (file: string, values: Float32Array) =>
    writeFileSync(join(folder, name, `${file}.f32`), new Uint8Array(values.buffer));
  write('initial', flatten(initial.get(graph)!));
  write('images', Float32Array.from(batches.flatMap(({ pixels }) => [...normalizePixels(pixels)])));
  write('labels', Float32Array.from(batches.flatMap(({ labels }) => [...labels])));
  const layers = graph.layers.map(({ class_name, config }) => ({ class_name, config }));
  const { labelSmoothing } = settings;
  return { name, steps, batchSize, inputShape: graph.inputShape, layers, labelSmoothing, ...keras };
}

async function trainOurs(engine: TrainingEngine, { graph, settings }: Case) {
  const sessionSettings = { ...settings, batchSizes: { training: [batchSize], evaluation: [] } };
  const model = assemble(graph, 'It');
  const network = weightsOf(model);
  const layout = layOutState(network, settings);
  const state = toInitialState(layout, initial.get(graph)!);
  const session = engine.openSession(model, state, sessionSettings);
  const losses: number[] = [];
  for (const batch of batches) {
    session.train(batch, learningRate);
    losses.push((await session.readTotals()).loss / batch.count);
    session.startEpoch();
  }
  const weights = await session.readWeights();
  session.dispose();
  model.dispose();
  // Keras averages trained weights only.
  const compared = weights.map(({ value, average }, index) =>
    network[index]!.isTrained ? (average ?? value!) : value!,
  );
  return { losses, weights: flatten(compared) };
}

beforeAll(async () => {
  await useWasmBackend();
  for (const graph of Object.values(networks)) {
    const drawn = assemble(graph, 'It');
    initial.set(graph, drawWeights(drawn, 4));
    drawn.dispose();
  }
  writeFileSync(join(folder, 'setup.json'), JSON.stringify(cases.map(writeCase)));
  kerasLosses = runPython('keras_steps.py', [folder]);
});

const distance = (ours: ArrayLike<number>, keras: ArrayLike<number>) =>
  Math.max(...Array.from(ours, (value, index) => Math.abs(value - keras[index]!)));

describe.each([
  ['native', openPreparedEngine],
  ['WASM', openWasmEngine],
])('ten training steps of the %s engine equal those of Keras', (_, open) => {
  test.each(cases)('$name: losses and weights to 1e-5', async (each) => {
    const { losses, weights } = await trainOurs(await open(), each);

    const kerasFile = readFileSync(join(folder, each.name, 'trained.f32'));
    const kerasWeights = new Float32Array(new Uint8Array(kerasFile).buffer);
    expect(losses).toHaveLength(steps);
    expect(weights).toHaveLength(kerasWeights.length);
    expect(distance(losses, kerasLosses[each.name]!)).toBeLessThan(1e-5);
    expect(distance(weights, kerasWeights)).toBeLessThan(1e-5);
  });
});
