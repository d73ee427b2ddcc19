import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runConfigSchema } from '../../lib/contracts/run-config';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { computeMetrics } from '../../lib/evaluation/metrics';
import { predictAll } from '../../lib/evaluation/predict-all';
import { buildMlp } from '../../lib/model/architectures';
import { setModelWeights } from '../../lib/model/model-files';
import { Graph } from '../../lib/tensorflow/graph';
import { type GraphBinding, GraphSession } from '../../lib/tensorflow/graph-session';
import { loadNativeBackend } from '../../lib/tensorflow/native-binding';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { GraphOps, maskPosition } from '../../lib/training/graph-ops';
import { initialWeights, type MlpLayers, readMlpLayers } from '../../lib/training/mlp-layers';
import { createRandom } from '../../lib/training/seeded-random';
import { trainModel } from '../../lib/training/train-model';
import type { TrainingEngine } from '../../lib/training/training-engine';
import { toInitialState } from '../../lib/training/training-state';
import { openWasmEngine } from '../../lib/training/wasm-engine';
import { openPreparedEngine } from '../support/prepared-engine';
import { describeTrainingEngine } from '../support/training-engine-conformance';

/** Tensors and graphs in TensorFlow, as counted by tfjs-node. */
interface CountingBinding extends GraphBinding {
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

function openBinding(): CountingBinding {
  return loadNativeBackend().binding as CountingBinding;
}

function countHeld(): number {
  const binding = openBinding();
  return binding.getNumOfTensors() + binding.getNumOfSavedModels();
}

describeTrainingEngine('the native engine', async () => ({
  engine: await openPreparedEngine(),
  dropoutMask: async (shape, rate, { seed, step, layer }) => {
    const graph = new Graph();
    const position = graph.placeholder('int32', [2]);
    const x = graph.placeholder('float32', shape);
    const mask = new GraphOps(graph, position).dropoutMask(x, rate, layer);
    const session = new GraphSession(openBinding(), graph);
    const feeds = [
      { placeholder: position, values: maskPosition(seed, step) },
      { placeholder: x, values: new Float32Array(shape[0] * shape[1]) },
    ];
    const [values] = session.run(feeds, [mask]);
    session.dispose();
    return values as Float32Array;
  },
  countTensors: countHeld,
}));

test('TensorFlow keeps none of the arrays from which a session starts', async () => {
  const engine = await openPreparedEngine();
  const stack: MlpLayers = [{ inputs: 16, units: 16, dropoutRate: 0, l2: 0 }];
  const openMany = () =>
    Array.from({ length: 50 }, (_, seed) => {
      const state = toInitialState(initialWeights(stack, seed));
      const session = engine.openSession(stack, state, { seed, clipNorm: 0 });
      const arrays = state.parameters.flatMap((parameter) => Object.values<Float32Array>({ ...parameter }));
      return { session, references: arrays.map((array) => new WeakRef(array)) };
    });
  const opened = openMany();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  // A WeakRef keeps its target until the end of the current job.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const references = opened.flatMap((each) => each.references);
  expect(references).toHaveLength(300);
  expect(references.filter((reference) => reference.deref() !== undefined)).toEqual([]);
  for (const { session } of opened) session.dispose();
});

/** The size of MNIST with synthetic pixels: for label k, a band of the image is bright. */
function makeImages(count: number): LabeledImages {
  const random = createRandom(8);
  const pixels = Uint8Array.from({ length: count * 784 }, () => random() % 128);
  const labels = Uint8Array.from({ length: count }, () => random() % 10);
  labels.forEach((label, row) => {
    pixels.fill(204, row * 784 + label * 78, row * 784 + label * 78 + 40);
  });
  return { pixels, labels, count, imageShape: [28, 28] };
}

/** The trained weights of the default configuration as one byte string. */
async function trainedWeights(
  open: () => Promise<TrainingEngine>,
  dropout: number,
  epochs: number,
): Promise<Buffer> {
  const engine = await open();
  const model = buildMlp({ hidden: [1024, 512, 256], dropout, l2: 0, classes: 10 }, [28, 28]);
  const images = makeImages(3000);
  await trainModel({
    model,
    engine,
    trainImages: images,
    validationImages: images,
    settings: runConfigSchema.parse({ epochs }),
    now: () => new Date(),
    signal: new AbortController().signal,
    onBatch: () => {},
    onCheckpoint: async () => {},
    onEpoch: async () => {},
  });
  const bytes = Buffer.concat(
    model.getWeights().map((each) => {
      const values = each.dataSync();
      return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    }),
  );
  model.dispose();
  return bytes;
}

test('the same seed gives the same weights, byte for byte', async () => {
  const once = await trainedWeights(openPreparedEngine, 0.1, 3);
  const again = await trainedWeights(openPreparedEngine, 0.1, 3);
  expect(again.equals(once)).toBe(true);
}, 120_000);

test('without dropout, native and WASM agree after six steps', async () => {
  const native = new Float32Array(new Uint8Array(await trainedWeights(openPreparedEngine, 0, 1)).buffer);
  const wasm = new Float32Array(new Uint8Array(await trainedWeights(openWasmEngine, 0, 1)).buffer);
  let largest = 0;
  native.forEach((value, index) => {
    largest = Math.max(largest, Math.abs(value - wasm[index]!));
  });
  // Adam moves a weight by at most 0.001 per training step; where a gradient is nearly zero, rounding decides its sign.
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(2e-3);
}, 120_000);

test('metrics on native TensorFlow and on WASM differ by less than 1e-6, probabilities by less than 1e-5', async () => {
  const images = makeImages(4500);
  const engine = await openPreparedEngine();
  await useWasmBackend();
  const model = buildMlp({ hidden: [1024, 512, 256], dropout: 0.1, l2: 0, classes: 10 }, [28, 28]);
  const weights = initialWeights(readMlpLayers(model), 7).flatMap(({ kernel, bias }) => [kernel, bias]);
  // Larger weights than initial ones, so that probabilities are as different as after a training.
  const larger = weights.map((values) => values.map((value) => 1.5 * value));
  setModelWeights(
    model,
    model.weights.map(({ shape }, index) => ({ values: larger[index]!, shape: shape as number[] })),
  );
  const held = countHeld();
  const native = await engine.predict!(model, images);
  expect(countHeld()).toBe(held);
  const wasm = await predictAll(model, images, 10);
  model.dispose();
  const differences = native.map((value, index) => Math.abs(value - wasm[index]!));
  const largest = differences.reduce((most, difference) => Math.max(most, difference), 0);
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(1e-5);
  expect(native.reduce((most, value) => Math.max(most, value), 0)).toBeGreaterThan(0.5);
  const [ours, theirs] = [native, wasm].map((probabilities) =>
    computeMetrics({ labels: images.labels, probabilities, classes: 10 }),
  );
  expect(Math.abs(ours!.accuracy - theirs!.accuracy)).toBeLessThan(1e-6);
  expect(Math.abs(ours!.loss - theirs!.loss)).toBeLessThan(1e-6);
}, 120_000);

test('tensors and memory stay flat over fifty epochs', async () => {
  const engine = await openPreparedEngine();
  const model = buildMlp({ hidden: [256, 128], dropout: 0.1, l2: 0, classes: 10 }, [28, 28]);
  const images = makeImages(2000);
  const tensors: number[] = [];
  const residentMib: number[] = [];
  await trainModel({
    model,
    engine,
    trainImages: images,
    validationImages: images,
    settings: runConfigSchema.parse({ epochs: 50, batchSize: 100 }),
    now: () => new Date(),
    signal: new AbortController().signal,
    onBatch: () => {},
    onCheckpoint: async () => {},
    onEpoch: async () => {
      tensors.push(countHeld());
      residentMib.push(process.memoryUsage.rss() / 2 ** 20);
    },
  });
  model.dispose();
  expect(new Set(tensors).size).toBe(1);
  const highest = (from: number, to: number) => Math.max(...residentMib.slice(from, to));
  // A leak of one activation per training step, 100 kB, would be 80 MiB by now.
  expect(highest(40, 50) - highest(10, 20)).toBeLessThan(40);
}, 120_000);
