import { exportModel } from '../../lib/export/export-model';
import { saveModel } from '../../lib/model/model-files';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { adam, randomizeWeights, sampleModels } from '../support/sample-models';

beforeAll(useWasmBackend);

/** Of the perceptron 36 → 7 → 5 → 3 with seeded weights, as written before other networks could be exported. */
const checksums = {
  'model.h5': '14aa4672139408ee3503141bacf29e872ac8ff57bef6e84a36f73aad938bfdda',
  'model.json': 'bfba6b67fc153962464d554490f520c76484725dd1ac4c2a1019b3277c384611',
  'model.keras': 'd3e160e41a13e81a434c2356be5d5e4eb293c68df7a8359dda3f5d5692466a52',
  'model.onnx': '0075a493cec850749696e63183367287a68dce89ee5073857e72371bdb9cbcf7',
  'model.safetensors': '786ea49000ee1115469bd865ada837040ddcb76e9002ed47006089573d73b7ca',
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
