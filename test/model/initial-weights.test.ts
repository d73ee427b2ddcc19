import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../lib/contracts/object-keys';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';

import { encodeInitialWeights, loadInitialWeights } from '../../lib/model/initial-weights';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { readGraph } from '../../lib/model/read-graph';
import { decodeSafetensors } from '../../lib/model/safetensors';
import { nameByContent, storeContent } from '../../lib/store/content-object';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { randomizeWeights } from '../support/sample-models';

beforeAll(useWasmBackend);

const config = { filters: [2], dropout: 0.1, l2: 0, classes: 3 };
const opened: LayersModel[] = [];
afterEach(() => {
  for (const model of opened.splice(0)) model.dispose();
});

function open(graph: KerasGraph): LayersModel {
  const model = assemble(graph, 'It');
  randomizeWeights(model);
  opened.push(model);
  return model;
}
const mlp = (hidden: number[]) => describeMlp({ ...config, hidden }, [2, 2]);
const cnn = describeCnn(config, [4, 4]);
const frozen: KerasGraph = {
  ...cnn,
  layers: cnn.layers.map(({ class_name, config: settings }, index) => ({
    class_name,
    config: { ...settings, trainable: index > 2 },
  })) as unknown as KerasGraph['layers'],
};

/** Sorted by depth, the short branch would come first. */
const branched = readGraph(
  {
    class_name: 'Functional',
    config: {
      name: 'branched',
      layers: [
        {
          class_name: 'InputLayer',
          name: 'images',
          config: { name: 'images', batch_shape: [null, 4] },
          inbound_nodes: [],
        },
        dense('a', 'images'),
        dense('b', 'images'),
        dense('c', 'b'),
        dense('d', 'c'),
        {
          class_name: 'Add',
          name: 'add',
          config: { name: 'add' },
          inbound_nodes: [
            [
              ['a', 0, 0],
              ['d', 0, 0],
            ],
          ],
        },
      ],
      input_layers: [['images', 0, 0]],
      output_layers: [['add', 0, 0]],
    },
  },
  { what: 'It', kerasMajor: 2 },
);

function dense(name: string, input: string) {
  return { class_name: 'Dense', name, config: { name, units: 4 }, inbound_nodes: [[[input, 0, 0]]] };
}

test("a model's weights are restored from the store, moving statistics included", async () => {
  const store = new MemoryStore();
  for (const graph of [mlp([5]), cnn, frozen, branched]) {
    const model = open(graph);
    const weights = await encodeInitialWeights(model);
    await storeContent(store, [weights]);
    const values = model.getWeights().map((weight) => weight.dataSync());
    expect(await loadInitialWeights(store, weights.sha256, graph)).toEqual(values);
    expect(await encodeInitialWeights(model)).toEqual(weights);
  }
});

test('weights stay with their layers when others are frozen', async () => {
  const store = new MemoryStore();
  const weights = await encodeInitialWeights(open(cnn));
  await storeContent(store, [weights]);
  const [all, some] = [cnn, frozen].map(async (graph) => {
    const model = open(graph);
    const values = await loadInitialWeights(store, weights.sha256, graph);
    return Object.fromEntries(model.weights.map(({ originalName }, index) => [originalName, values[index]!]));
  });
  expect(await some).toEqual(await all);
  expect(Object.keys(await (some as Promise<object>))).not.toEqual(
    Object.keys(await (all as Promise<object>)),
  );
});

test('equal models have equal files, whatever their layers are called', async () => {
  const graph = mlp([5]);
  const renamed = graph.layers.map((layer) => ({
    ...layer,
    config: { ...layer.config, name: `own_${layer.config.name}` },
  }));
  const own = await encodeInitialWeights(open({ ...graph, layers: renamed as typeof graph.layers }));
  expect(own).toEqual(await encodeInitialWeights(open(graph)));
  const names = decodeSafetensors(own.body).tensors.map(({ name }) => name);
  expect(names).toEqual(['0.kernel', '0.bias', '1.kernel', '1.bias']);
});

test('weights of other shapes are refused, with both shapes', async () => {
  const store = new MemoryStore();
  const weights = await encodeInitialWeights(open(mlp([5])));
  await storeContent(store, [weights]);
  await expect(loadInitialWeights(store, weights.sha256, mlp([6]))).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(/shapes 4×5, 5, 5×3, 3, and this run's model has 4×6, 6, 6×3, 3\./),
  });
});

test('absent or altered weights are refused', async () => {
  const store = new MemoryStore();
  const graph = mlp([5]);
  const model = open(graph);
  const weights = await encodeInitialWeights(model);
  await storeContent(store, [weights]);
  await expect(loadInitialWeights(store, 'a'.repeat(64), graph)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
  });
  await store.put(weights.key, new Uint8Array(8));
  await expect(loadInitialWeights(store, weights.sha256, graph)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(/changed after it was written.*--from/),
  });
  const other = nameByContent(new Uint8Array(3), objectKeys.initialWeights);
  await storeContent(store, [other]);
  await expect(loadInitialWeights(store, other.sha256, graph)).rejects.toMatchObject({
    message: expect.stringMatching(/is not a safetensors file/),
  });
});
