import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runConfigSchema } from '../../lib/contracts/run-config';
import { inMemory } from '../../lib/dataset/image-source';
import type { LabeledImages } from '../../lib/dataset/load-split';
import { computeMetrics } from '../../lib/evaluation/metrics';
import { predictAll } from '../../lib/evaluation/predict-all';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { setModelWeights } from '../../lib/model/model-files';
import { createRandom } from '../../lib/random/seeded-random';
import type { EagerBinding } from '../../lib/tensorflow/eager-binding';
import { Graph } from '../../lib/tensorflow/graph';
import type { GraphBinding } from '../../lib/tensorflow/graph-binding';
import { GraphSession } from '../../lib/tensorflow/graph-session';
import { loadNativeBackend } from '../../lib/tensorflow/native-binding';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { drawWeights } from '../../lib/training/draw-weights';
import { maskPosition, NativeMasks } from '../../lib/training/native/native-masks';
import type { TrainingEngine } from '../../lib/training/training-engine';
import { layOutState, toInitialState, weightsOf } from '../../lib/training/training-state';
import { openWasmEngine } from '../../lib/training/wasm/wasm-engine';
import { assembleStages, buildMlp } from '../support/perceptron';
import { openPreparedEngine } from '../support/prepared-engine';
import { testedDevice } from '../support/tested-device';
import { makeTinyDataset } from '../support/tiny-dataset';
import { trainNetwork } from '../support/train-network';
import { describeTrainingEngine } from '../support/training-engine-conformance';

/** Tensors and graphs in TensorFlow, as counted by tfjs-node. */
interface CountingBinding extends GraphBinding {
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
}

function openBinding(): CountingBinding {
  return loadNativeBackend().binding as EagerBinding & CountingBinding;
}

function countHeld(): number {
  const binding = openBinding();
  return binding.getNumOfTensors() + binding.getNumOfSavedModels();
}

describeTrainingEngine('the native engine', async () => ({
  engine: await openPreparedEngine(),
  drawMask: async (shape, rate, { seed, step, index }) => {
    const graph = new Graph();
    const position = graph.placeholder('int32', [2]);
    const mask = new NativeMasks(graph, position).add(shape, rate, index);
    const session = new GraphSession(openBinding(), graph);
    const [values] = session.run([{ placeholder: position, values: maskPosition(seed, step) }], [mask]);
    session.dispose();
    return values as Float32Array;
  },
  countTensors: countHeld,
}));

test('TensorFlow keeps none of the arrays from which a session starts', async () => {
  const engine = await openPreparedEngine();
  const model = assembleStages([{ inputs: 16, units: 16, dropoutRate: 0, l2: 0 }]);
  const settings = { ...runConfigSchema.parse({}), batchSizes: { training: [], evaluation: [] } };
  const layout = layOutState(weightsOf(model), settings);
  const openMany = () =>
    Array.from({ length: 50 }, (_, seed) => {
      const state = toInitialState(layout, drawWeights(model, seed));
      const session = engine.openSession(model, state, settings);
      const arrays = state.weights.flatMap((weight) => Object.values(weight));
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
  model.dispose();
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
  const images = makeImages(3000);
  const network = describeMlp({ hidden: [1024, 512, 256], dropout, l2: 0, classes: 10 }, images.imageShape);
  const { weights } = await trainNetwork(network, {
    engine,
    trainImages: images,
    validationImages: images,
    settings: runConfigSchema.parse({ epochs }),
  });
  return Buffer.concat(
    weights.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
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

test('on color images, native and WASM agree after three steps', async () => {
  const { train, imageShape } = makeTinyDataset({ classes: 3, imageShape: [8, 8, 3], trainCount: 60 });
  const images = { ...train, imageShape };
  const network = describeCnn({ filters: [4], dropout: 0, l2: 0, classes: 3 }, imageShape);
  const settings = runConfigSchema.parse({ epochs: 1, batchSize: 20, shiftPixels: 1, elasticPixels: 1 });
  const trainOn = async (open: () => Promise<TrainingEngine>) => {
    const engine = await open();
    const given = { engine, trainImages: images, validationImages: images, settings };
    return (await trainNetwork(network, given)).weights;
  };
  const native = await trainOn(openPreparedEngine);
  const wasm = await trainOn(openWasmEngine);
  expect(native[0]).toHaveLength(3 * 3 * 3 * 4);
  native.forEach((values, weight) => {
    values.forEach((value, index) => {
      expect(Math.abs(value - wasm[weight]![index]!)).toBeLessThan(6e-3);
    });
  });
}, 120_000);

// After a training on a GPU, WASM computes the predictions.
const onCpuOnly = testedDevice === 'cpu' ? test : test.skip;

onCpuOnly(
  'metrics on native TensorFlow and on WASM differ by less than 1e-6, probabilities by less than 1e-5',
  async () => {
    const images = makeImages(4500);
    const engine = await openPreparedEngine();
    await useWasmBackend();
    const model = buildMlp({ hidden: [1024, 512, 256], dropout: 0.1, l2: 0, classes: 10 }, [28, 28]);
    const weights = drawWeights(model, 7);
    // Larger weights than initial ones, so that probabilities are as different as after a training.
    const larger = weights.map((values) => values.map((value) => 1.5 * value));
    setModelWeights(model, larger);
    // The first call moves the model's weights to native TensorFlow.
    const predict = async () => {
      const outputs: number[] = [];
      for await (const batch of engine.predict!(model, inMemory(images))) outputs.push(...batch.outputs);
      return Float32Array.from(outputs);
    };
    const native = await predict();
    const held = countHeld();
    expect(await predict()).toEqual(native);
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
  },
  120_000,
);

test('tensors and memory stay flat over fifty epochs', async () => {
  const engine = await openPreparedEngine();
  const images = makeImages(2000);
  const tensors: number[] = [];
  const residentMib: number[] = [];
  await trainNetwork(describeMlp({ hidden: [256, 128], dropout: 0.1, l2: 0, classes: 10 }, [28, 28]), {
    engine,
    trainImages: images,
    validationImages: images,
    settings: runConfigSchema.parse({ epochs: 50, batchSize: 100 }),
    onEpoch: async () => {
      tensors.push(countHeld());
      residentMib.push(process.memoryUsage.rss() / 2 ** 20);
    },
  });
  expect(new Set(tensors).size).toBe(1);
  const highest = (from: number, to: number) => Math.max(...residentMib.slice(from, to));
  // A leak of one activation per training step, 100 kB, would be 80 MiB by now.
  expect(highest(40, 50) - highest(10, 20)).toBeLessThan(40);
}, 120_000);
