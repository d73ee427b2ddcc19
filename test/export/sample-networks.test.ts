import * as tf from '@tensorflow/tfjs-core';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../lib/contracts/object-keys';
import { predictAll } from '../../lib/evaluation/predict-all';
import { describeModel } from '../../lib/export/exportable-model';
import { writeKerasH5 } from '../../lib/export/keras-h5';
import { orderAsKeras } from '../../lib/export/keras-order';
import { writeKerasV3 } from '../../lib/export/keras-v3';
import { readKerasModel } from '../../lib/export/read-keras-model';
import { exportedKinds } from '../../lib/model/layers/layer-kinds';
import { loadModel, saveModel } from '../../lib/model/model-files';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { adam, makePixels, randomizeWeights } from '../support/sample-models';
import {
  buildNetwork,
  describeNetwork,
  networkClasses,
  networkImageShape,
  sampleNetworks,
} from '../support/sample-networks';

beforeAll(useWasmBackend);

const names = Object.keys(sampleNetworks);

test('the networks have every layer that is exported', () => {
  const classes = names.flatMap((name) => describeNetwork(name).layers.map(({ class_name }) => class_name));
  expect([...new Set(classes)].sort()).toEqual(Object.keys(exportedKinds).sort());
});

function build(name: string): LayersModel {
  const model = buildNetwork(name);
  randomizeWeights(model);
  return model;
}

/** As any page does, without this project. */
async function loadWithStockTfjs(store: MemoryStore, runId: string): Promise<LayersModel> {
  const file = JSON.parse(new TextDecoder().decode(await store.get(objectKeys.modelTopology(runId))));
  return loadLayersModel(
    io.fromMemory({
      modelTopology: file.modelTopology,
      weightSpecs: file.weightsManifest[0].weights,
      weightData: (await store.get(objectKeys.modelWeights(runId))).slice().buffer,
    }),
  );
}

describe.each(names)('%s', (name) => {
  const imageShape = networkImageShape(name);
  const source = { pixels: makePixels(20, imageShape), count: 20, imageShape };
  const predict = (model: LayersModel) => predictAll(model, source, networkClasses);

  test('predicts classes that differ between images', async () => {
    const model = build(name);
    const probabilities = await predict(model);
    model.dispose();
    const first = Array.from(probabilities.subarray(0, networkClasses));
    expect(first.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(Array.from(probabilities.subarray(networkClasses, 2 * networkClasses))).not.toEqual(first);
  });

  test.each([
    ['model.h5', writeKerasH5],
    ['model.keras', writeKerasV3],
  ])('is restored from %s completely', async (_, write) => {
    const before = tf.memory().numTensors;
    const model = build(name);
    const expected = await predict(model);
    const exported = await describeModel(model, adam);
    model.dispose();
    const read = await readKerasModel(await write(exported), 'The model');
    expect((await describeModel(read, adam)).calls).toEqual(exported.calls);
    expect(await predict(read)).toEqual(expected);
    read.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('has equal predictions from model.json, here and in stock TensorFlow.js', async () => {
    const before = tf.memory().numTensors;
    const store = new MemoryStore();
    const model = build(name);
    const expected = await predict(model);
    await saveModel(store, 'a-run', model);
    model.dispose();
    const loaded = await loadModel(store, 'a-run');
    expect(await predict(loaded)).toEqual(expected);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const stock = await loadWithStockTfjs(store, 'a-run');
    const closeTo = Array.from(expected, (value) => expect.closeTo(value, 5));
    expect(Array.from(await predict(stock))).toEqual(closeTo);
    // TensorFlow.js has Keras' order of layers.
    const { layers, calls } = describeNetwork(name);
    const inOrder = orderAsKeras({ layers, calls }).map((position) => layers[position]!.config.name);
    expect(stock.layers.map((layer) => layer.name).filter((each) => inOrder.includes(each))).toEqual(inOrder);
    stock.dispose();
  });
});
