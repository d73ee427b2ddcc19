import { layers, sequential } from '@tensorflow/tfjs-layers';
import { objectKeys } from '../../lib/contracts/object-keys';
import { buildMlp } from '../../lib/model/architectures';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import {
  encodeInitialWeights,
  loadInitialWeights,
  readLayerWeights,
  storeInitialWeights,
} from '../../lib/training/initial-weights';
import type { LayerWeights, MlpLayers } from '../../lib/training/mlp-layers';
import { initialWeights, readMlpLayers } from '../../lib/training/mlp-layers';
import { randomizeWeights } from '../support/sample-models';

beforeAll(useWasmBackend);

async function storeWeights(store: MemoryStore, stack: MlpLayers, weights: readonly LayerWeights[]) {
  const encoded = encodeInitialWeights(stack, weights);
  await storeInitialWeights(store, encoded);
  return encoded.sha256;
}

const build = (hidden: number[]) => buildMlp({ hidden, dropout: 0.1, l2: 0, classes: 3 }, [2, 2]);

test("a model's weights are restored from the store, layer by layer", async () => {
  const store = new MemoryStore();
  const model = build([5]);
  randomizeWeights(model);
  const stack = readMlpLayers(model);
  const weights = await readLayerWeights(model);
  const values = model.getWeights().map((weight) => weight.dataSync());
  expect(weights.flatMap(({ kernel, bias }) => [kernel, bias])).toEqual(values);
  model.dispose();
  const sha256 = await storeWeights(store, stack, weights);
  expect(await loadInitialWeights(store, sha256, stack)).toEqual(weights);
  expect(await storeWeights(store, stack, weights)).toBe(sha256);
});

test('a layer that cannot be trained is refused', async () => {
  const model = sequential({ layers: [layers.activation({ activation: 'relu', inputShape: [2] })] });
  await expect(readLayerWeights(model)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('class Activation here, which cannot be trained'),
  });
  model.dispose();
});

test('weights of other shapes are refused, with both shapes', async () => {
  const store = new MemoryStore();
  const [narrow, wide] = [build([5]), build([6])].map(readMlpLayers);
  const sha256 = await storeWeights(store, narrow!, initialWeights(narrow!, 1));
  await expect(loadInitialWeights(store, sha256, wide!)).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(/shapes 4×5, 5, 5×3, 3, and this run's model has 4×6, 6, 6×3, 3\./),
  });
});

test('absent or altered weights are refused', async () => {
  const store = new MemoryStore();
  const stack = readMlpLayers(build([5]));
  const sha256 = await storeWeights(store, stack, initialWeights(stack, 1));
  await expect(loadInitialWeights(store, 'a'.repeat(64), stack)).rejects.toMatchObject({
    name: 'ArtifactNotFound',
  });
  await store.put(objectKeys.initialWeights(sha256), new Uint8Array(8));
  await expect(loadInitialWeights(store, sha256, stack)).rejects.toMatchObject({
    name: 'CorruptArtifact',
    message: expect.stringMatching(/changed after it was written.*--from/),
  });
});
