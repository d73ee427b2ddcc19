import type { LayersModel } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../lib/contracts/object-keys';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import { encodeInitialWeights, loadInitialWeights } from '../../lib/model/initial-weights';
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

function open(graph: ReturnType<typeof describeMlp>): LayersModel {
  const model = assemble(graph, 'It');
  randomizeWeights(model);
  opened.push(model);
  return model;
}
const openMlp = (hidden: number[]) => open(describeMlp({ ...config, hidden }, [2, 2]));

test("a model's weights are restored from the store, moving statistics included", async () => {
  const store = new MemoryStore();
  for (const model of [openMlp([5]), open(describeCnn(config, [4, 4]))]) {
    const weights = await encodeInitialWeights(model);
    await storeContent(store, [weights]);
    const values = model.getWeights().map((weight) => weight.dataSync());
    expect(await loadInitialWeights(store, weights.sha256, model)).toEqual(values);
    expect(await encodeInitialWeights(model)).toEqual(weights);
  }
});

test('equal models have equal files, whatever their layers are called', async () => {
  const graph = describeMlp({ ...config, hidden: [5] }, [2, 2]);
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
  const weights = await encodeInitialWeights(openMlp([5]));
  await storeContent(store, [weights]);
  await expect(loadInitialWeights(store, weights.sha256, openMlp([6]))).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(/shapes 4×5, 5, 5×3, 3, and this run's model has 4×6, 6, 6×3, 3\./),
  });
});

test('absent or altered weights are refused', async () => {
  const store = new MemoryStore();
  const model = openMlp([5]);
  const weights = await encodeInitialWeights(model);
  await storeContent(store, [weights]);
  await expect(loadInitialWeights(store, 'a'.repeat(64), model)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
  });
  await store.put(weights.key, new Uint8Array(8));
  await expect(loadInitialWeights(store, weights.sha256, model)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(/changed after it was written.*--from/),
  });
  const other = nameByContent(new Uint8Array(3), objectKeys.initialWeights);
  await storeContent(store, [other]);
  await expect(loadInitialWeights(store, other.sha256, model)).rejects.toMatchObject({
    message: expect.stringMatching(/is not a safetensors file/),
  });
});
