import { exportModel } from '../../lib/export/export-model';
import { saveModel } from '../../lib/model/model-files';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { adam, randomizeWeights, sampleModels } from '../support/sample-models';

beforeAll(useWasmBackend);

/** Of the perceptron 36 → 7 → 5 → 3 with seeded weights, as written since the files have the names of the classes. */
const checksums = {
  'model.h5': '32c2a484cb66ef78209bad53a7d1eb3aa473cdc89c47d1c377d2db11f7ce3eef',
  'model.json': '51854836ad4108638c8c3eb65f096a1ccdd6d2c74f43154a62d88f38a4144ead',
  'model.keras': '2a86e6accc1e3b91e3bfcf9cca0e5edc2ad9a453874028d7141991788ba87466',
  'model.onnx': 'f090e1557d08108f9f72851ff7b5cf7ae2df4506fd1e190593ddf02a78964c3b',
  'model.safetensors': '9f529ac7ed7481ded2bf9a61ea119bdc47faa4046d022e4399967b6b80c039bd',
  'weights.bin': '69a4da0dba3883c22bd66ecaffa32ccc4bac955609b0eacb88e334af4123c938',
};

test('the files of the default network have the bytes that they always had', async () => {
  const store = new MemoryStore();
  const model = sampleModels['the perceptron']();
  randomizeWeights(model);
  await saveModel(store, 'run-1', model);
  await exportModel(store, 'run-1', model, adam);
  model.dispose();
  const found: Record<string, string> = {};
  for await (const { key } of store.list('runs/run-1/model/'))
    found[key.split('/').at(-1)!] = sha256Hex(await store.get(key));
  expect(found).toEqual(checksums);
});
