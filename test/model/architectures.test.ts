import { objectKeys } from '../../lib/contracts/object-keys';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import { assemble } from '../../lib/model/assemble';
import type { KerasGraph } from '../../lib/model/keras-graph';
import { listGraphWeights } from '../../lib/model/layer-shapes';
import { saveModel } from '../../lib/model/model-files';
import { summarizeLayers } from '../../lib/model/summarize-layers';
import { encodeJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';

beforeAll(useWasmBackend);

const defaults = { hidden: [1024, 512, 256], filters: [24, 48, 96], dropout: 0.1, l2: 0, classes: 10 };

/** Recorded when the perceptron was still built from layers of TensorFlow.js by hand. */
test.each([
  ['the default', defaults, [28, 28], '10c49637e5872ae7f187f7f6c1486da073a26a53cc89f566ba692eea1f2087f6'],
  [
    'without dropout, with l2',
    { hidden: [5], dropout: 0, l2: 0.0003, classes: 3 },
    [6, 7],
    '54d54854654d83bd8e36a88d59db2263decd9237955a946b5159665bcd887384',
  ],
  [
    'without a hidden layer',
    { hidden: [], dropout: 0.5, l2: 0, classes: 3 },
    [6, 7],
    '1c618fc88556f78bf8460e131b93abd2f91f12e8b9ef04c68abbf2afb763dcce',
  ],
] as const)("the perceptron's model.json keeps its bytes: %s", async (_, config, imageShape, sha256) => {
  const store = new MemoryStore();
  const model = assemble(describeMlp({ ...config, hidden: [...config.hidden] }, imageShape), 'The network');
  await saveModel(store, 'a-run', model);
  model.dispose();
  const file = JSON.parse(new TextDecoder().decode(await store.get(objectKeys.modelTopology('a-run'))));
  // Added since then.
  delete file.userDefinedMetadata;
  expect(sha256Hex(encodeJson(file))).toBe(sha256);
});

test('the convolutional network has a pooling after each width; blank margins are convolved away', () => {
  const graph = describeCnn(defaults, [28, 28]);
  const model = assemble(graph, 'The network');
  expect(graph.inputShape).toEqual([28, 28, 1]);
  const layers = summarizeLayers(model);
  expect(layers.filter(({ className }) => className === 'MaxPooling2D')).toMatchObject([
    { outputShapes: [[12, 12, 24]] },
    { outputShapes: [[4, 4, 48]] },
    { outputShapes: [[2, 2, 96]] },
  ]);
  expect(layers.at(-1)).toMatchObject({ name: 'probabilities', className: 'Dense', outputShapes: [[10]] });
  expect(model.countParams()).toBe(166_114);
  model.dispose();
});

test('both networks take color images', () => {
  const perceptron = describeMlp({ ...defaults, hidden: [5] }, [28, 28, 3]);
  const convolutional = describeCnn(defaults, [28, 28, 3]);
  for (const graph of [perceptron, convolutional]) expect(graph.inputShape).toEqual([28, 28, 3]);
  const count = (graph: KerasGraph) => {
    const model = assemble(graph, 'The network');
    const parameters = model.countParams();
    model.dispose();
    return parameters;
  };
  expect(count(perceptron)).toBe(28 * 28 * 3 * 5 + 5 + 5 * 10 + 10);
  // Of the first convolution, 3×3 for two more channels.
  expect(count(convolutional)).toBe(166_114 + 9 * 2 * 24);
});

test('l2 penalizes every kernel of both networks, and no dropout leaves its layers out', () => {
  const config = { ...defaults, l2: 0.01, dropout: 0 };
  for (const { layers } of [describeMlp(config, [8, 8]), describeCnn(config, [8, 8])]) {
    const kernels = layers.filter(({ class_name }) => class_name === 'Dense' || class_name === 'Conv2D');
    expect(kernels.length).toBeGreaterThan(3);
    for (const { config: settings } of kernels)
      expect(settings).toMatchObject({ kernel_regularizer: { config: { l1: 0, l2: 0.01 } } });
    expect(layers.some(({ class_name }) => class_name === 'Dropout')).toBe(false);
  }
});

test('an image that is too small for the poolings is refused by the name of the layer', () => {
  expect(() => listGraphWeights(describeCnn(defaults, [7, 7]), 'The network')).toThrow(
    /its layer "pool_3" does not fit an input of 1×1×96/,
  );
});
