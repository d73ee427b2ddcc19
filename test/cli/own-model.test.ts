import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../lib/model/assemble';
import { saveModel } from '../../lib/model/model-files';
import { readGraph } from '../../lib/model/read-graph';
import { MemoryStore } from '../../lib/store/memory-store';
import { useWasmBackend } from '../../lib/tensorflow/wasm-backend';
import { runCommand } from '../support/command-line';
import { describeResidual } from '../support/residual-model';
import { randomizeWeights } from '../support/sample-models';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
const store = join(folder, 'artifacts');
const places = ['--dataset', dataset, '--store', store];
const training = [...places, '--engine', 'wasm', '--batch-size', '32', '--epochs', '1', '--quiet'];
const architecture = join(folder, 'architecture.json');

const layer = (class_name: string, config: object) => ({ class_name, config });
/** As Keras 3 describes it; it gives logits. */
const ownNetwork = describeResidual([6, 6, 1], 10);

const readConfig = (runId: string) =>
  JSON.parse(readFileSync(join(store, 'runs', runId, 'config.json'), 'utf8')).config;
const readWeights = (runId: string) => readFileSync(join(store, 'runs', runId, 'model/weights.bin'));

async function train(runId: string, ...args: string[]) {
  const outcome = await runCommand(['train', runId, ...training, ...args]);
  expect(outcome).toMatchObject({ exitCode: 0, err: '' });
}

beforeAll(async () => {
  await useWasmBackend();
  await writeTinyDataset(dataset);
  writeFileSync(architecture, JSON.stringify(ownNetwork));
}, 30_000);

test('a network of a file is trained, named by its content, and published with probabilities', async () => {
  await train('own', '--model', architecture);
  await train('again', '--model', architecture);
  expect(readWeights('again')).toEqual(readWeights('own'));
  const { model, modelName } = readConfig('own');
  expect({ model, modelName }).toEqual({
    model: expect.stringMatching(/^[0-9a-f]{64}$/),
    modelName: 'mnist-custom',
  });
  expect(existsSync(join(store, 'architectures', `${model}.json`))).toBe(true);
  const published = readFileSync(join(store, 'runs/own/model/model.json'), 'utf8');
  expect(published).toMatch(/"activation": "softmax"/);
}, 60_000);

test('its run is resumed, and started from, by name alone', async () => {
  await train('onward', '--from', 'own');
  const { model, initialWeightsSha256 } = readConfig('onward');
  expect(initialWeightsSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(model).toMatch(/^[0-9a-f]{64}$/);
  await train('beside', '--from', 'own', '--model', architecture);
  expect(readConfig('beside')).toMatchObject({ model: readConfig('own').model, initialWeightsSha256 });
  expect(readWeights('beside')).toEqual(readWeights('onward'));
}, 60_000);

test('a file with weights gives them too, and --from gives others', async () => {
  const memory = new MemoryStore();
  const model = assemble(readGraph(ownNetwork, { what: 'It', kerasMajor: 3 }), 'It');
  randomizeWeights(model);
  await saveModel(memory, 'a-run', model);
  model.dispose();
  for (const name of ['model.json', 'weights.bin'])
    writeFileSync(join(folder, name), await memory.get(`runs/a-run/model/${name}`));
  const file = join(folder, 'model.json');
  await train('weighted', '--model', file);
  await train('weighted-from', '--from', file);
  await train('other', '--model', file, '--from', 'own');
  expect(readWeights('weighted')).toEqual(readWeights('weighted-from'));
  const [weighted, other] = ['weighted', 'other'].map(readConfig);
  expect(other.model).toBe(weighted.model);
  expect(other.initialWeightsSha256).not.toBe(weighted.initialWeightsSha256);
}, 60_000);

test('a network for bytes is trained with fractions, and the user is told', async () => {
  const file = join(folder, 'bytes.json');
  const layers = [
    layer('InputLayer', { name: 'images', batch_input_shape: [null, 6, 6, 1] }),
    layer('Rescaling', { name: 'rescaling', scale: 1 / 255 }),
    layer('Flatten', { name: 'flatten' }),
    layer('Dense', { name: 'scores', units: 10 }),
  ];
  writeFileSync(file, JSON.stringify({ class_name: 'Sequential', config: { name: 'bytes', layers } }));
  const loud = training.filter((flag) => flag !== '--quiet');
  const outcome = await runCommand(['train', 'bytes', ...loud, '--model', file]);
  expect(outcome.err).toMatch(
    /The model ".*bytes\.json" takes pixels from 0 to 255; the run trains it with pixels from 0 to 1/,
  );
  const published = JSON.parse(readFileSync(join(store, 'runs/bytes/model/model.json'), 'utf8'));
  const names = published.modelTopology.config.layers.map(
    ({ class_name }: { class_name: string }) => class_name,
  );
  expect(names).toEqual(['Flatten', 'Dense']);
}, 60_000);

function write(name: string, value: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
}

test.each<[string, unknown, string[], RegExp]>([
  ['cut', JSON.stringify(ownNetwork).slice(0, 900), [], /is not JSON, or it is cut/],
  ['custom', { ...ownNetwork, registered_name: 'Own>Net' }, [], /custom layers are not supported/],
  [
    'for other images',
    describeResidual([8, 8, 1], 10),
    [],
    /takes an input of 8×8×1, but the images of the dataset have 6×6 pixels/,
  ],
  ['for colors', describeResidual([6, 6, 3], 10), [], /an input of 6×6×3, .* have 6×6 pixels\./],
  [
    'of other classes',
    describeResidual([6, 6, 1], 4),
    ['--classes', '10'],
    /has "classes": 4, and 10 was given/,
  ],
  [
    'with a layer that is not trained',
    describeResidual([6, 6, 1], 10, { relu: { negative_slope: 0.1, threshold: 0.2 } }),
    [],
    /The layer "relu" of the model/,
  ],
  [
    'too large for any memory',
    describeResidual([6, 6, 1], 10, { stem: { filters: 2 ** 23 }, conv: { filters: 2 ** 23 } }),
    [],
    /its layer "stem" does not fit|parameters, most of them in its layer/,
  ],
  ['with batch normalization for one image', ownNetwork, ['--batch-size', '1'], /needs several images/],
  [
    'with a setting of another model',
    ownNetwork,
    ['--hidden', '5'],
    /--hidden: it has an effect only with the model mlp/,
  ],
])('a network %s is refused before the run is made', async (name, value, flags, message) => {
  const file = write(`${name.replaceAll(' ', '-')}.json`, value);
  const before = readdirSync(join(store, 'architectures'));
  const outcome = await runCommand(['train', 'refused', ...training, '--model', file, ...flags]);
  expect({ exitCode: outcome.exitCode, out: outcome.out }).toEqual({ exitCode: 2, out: '' });
  expect(outcome.err).toMatch(message);
  expect(existsSync(join(store, 'runs/refused'))).toBe(false);
  expect(readdirSync(join(store, 'architectures'))).toEqual(before);
});

test.each([
  [
    'cn',
    /The model "cn" cannot be read \(ENOENT\)\. Give mlp, cnn, or the path of an \.h5, \.keras or \.json file/,
  ],
  ['a'.repeat(64), /ArtifactNotFound: .*architectures\/a{64}\.json/],
])('--model %s is refused', async (model, message) => {
  const outcome = await runCommand(['train', 'refused', ...training, '--model', model]);
  expect({ exitCode: outcome.exitCode, out: outcome.out }).toEqual({ exitCode: 2, out: '' });
  expect(outcome.err).toMatch(message);
});

test('an architecture without weights cannot be evaluated', async () => {
  const outcome = await runCommand(['evaluate', '--model', architecture, ...places]);
  expect(outcome.exitCode).toBe(2);
  expect(outcome.err).toMatch(/has an architecture without weights/);
});
