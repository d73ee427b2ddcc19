import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../lib/contracts/object-keys';
import { loadModel, saveModel } from '../../lib/model/model-files';
import { attachLabels, labelsOf } from '../../lib/model/model-labels';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { buildMlp } from '../support/perceptron';

beforeAll(useWasmBackend);

const store = new MemoryStore();
const labels = { classNames: ['cat', 'dog', '👩‍🎨 "שלום"\n'], white: 16 };

async function saveAndLoad(attach: (model: LayersModel) => void): Promise<LayersModel> {
  const model = buildMlp({ hidden: [], dropout: 0, l2: 0, classes: 3 }, [2, 2]);
  attach(model);
  await saveModel(store, 'a-run', model);
  model.dispose();
  return loadModel(store, 'a-run');
}

test('a stored model keeps the names of its classes and its white', async () => {
  const loaded = await saveAndLoad((model) => attachLabels(model, labels));
  expect(labelsOf(loaded)).toEqual(labels);
  loaded.dispose();
});

test.each([
  ['without labels', () => {}],
  ['with metadata of another program', (model: LayersModel) => model.setUserDefinedMetadata({ labels: 3 })],
  [
    'with names of another number of classes',
    (model: LayersModel) => attachLabels(model, { classNames: ['cat', 'dog'], white: 255 }),
  ],
])('a model %s has numbers as names, and 255 as white', async (_, attach) => {
  const loaded = await saveAndLoad(attach);
  expect(labelsOf(loaded)).toEqual({ classNames: ['0', '1', '2'], white: 255 });
  loaded.dispose();
});

test('a model.json of an earlier version, without labels, is readable', async () => {
  (await saveAndLoad((model) => attachLabels(model, labels))).dispose();
  const key = objectKeys.modelTopology('a-run');
  const { userDefinedMetadata, ...earlier } = JSON.parse(new TextDecoder().decode(await store.get(key)));
  expect(userDefinedMetadata).toEqual(labels);
  await store.put(key, Buffer.from(JSON.stringify(earlier)));
  const loaded = await loadModel(store, 'a-run');
  expect(labelsOf(loaded)).toEqual({ classNames: ['0', '1', '2'], white: 255 });
  loaded.dispose();
});
