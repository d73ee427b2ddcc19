import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { describeModel } from '../../lib/export/exportable-model';
import { addArray, addText, addTexts, writeHdf5 } from '../../lib/export/hdf5';
import { writeKerasH5 } from '../../lib/export/keras-h5';
import { readKerasModel } from '../../lib/export/read-keras-model';
import { runCommand } from '../support/command-line';
import { adam } from '../support/sample-models';
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
const training = [...places, '--engine', 'wasm', '--batch-size', '32', '--quiet'];

beforeAll(async () => {
  await writeTinyDataset(dataset);
}, 30_000);

async function evaluate(file: string, ...args: string[]) {
  const { exitCode, out, err } = await runCommand(['evaluate', '--model', file, ...places, ...args]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

const readMetrics = async (file: string, ...args: string[]) =>
  JSON.parse(await evaluate(file, '--json', ...args)) as {
    accuracy: number;
    loss: number;
    pixels: string;
    betterPixels?: string;
  };

/** A model as Keras before 2.2.3 saved it: a list of layers, a batch size of 32, constraints, separate activations, logits. */
async function writeOldModel(file: string): Promise<void> {
  const dense = (name: string, units: number) => ({
    class_name: 'Dense',
    config: {
      name,
      units,
      activation: 'linear',
      bias_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.01 } },
      kernel_constraint: { class_name: 'MaxNorm', config: { max_value: 2, axis: 0 } },
    },
  });
  const layers = [
    { class_name: 'Flatten', config: { name: 'flatten', batch_input_shape: [32, 6, 6], dtype: 'float32' } },
    dense('hidden', 8),
    { class_name: 'Activation', config: { name: 'relu', activation: 'relu' } },
    dense('logits', 10),
  ];
  const bytes = await writeHdf5((root) => {
    addText(root, 'keras_version', '2.1.6');
    addText(root, 'model_config', JSON.stringify({ class_name: 'Sequential', config: layers }));
    const all = root.create_group('model_weights');
    for (const [name, rows, columns] of [
      ['hidden', 36, 8],
      ['logits', 8, 10],
    ] as const) {
      const group = all.create_group(name);
      addTexts(group, 'weight_names', ['kernel:0', 'bias:0']);
      const values = Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index));
      addArray(group, { name: 'kernel:0', shape: [rows, columns], values });
      addArray(group, { name: 'bias:0', shape: [columns], values: new Float32Array(columns).fill(0.1) });
    }
  });
  writeFileSync(file, bytes);
}

test('a model of an old Keras version can be evaluated and fine-tuned', async () => {
  const file = join(folder, 'old.h5');
  await writeOldModel(file);
  expect(await evaluate(file)).toMatch(/test loss {6}\d+\.\d{4}\n {2}pixels {9}0\.\.1\n/);
  const { loss } = await readMetrics(file);
  const outcome = await runCommand([
    'train',
    ...training,
    '--from',
    file,
    '--epochs',
    '2',
    '--run-id',
    'onward',
  ]);
  expect(outcome).toMatchObject({ exitCode: 0, err: '' });
  const { config } = JSON.parse(readFileSync(join(store, 'runs/onward/config.json'), 'utf8'));
  expect(config).toMatchObject({ hidden: [8], classes: 10 });
  expect((await readMetrics('onward')).loss).toBeLessThan(loss);
}, 60_000);

test('a model for pixels 0..255 is detected, and --scale evaluates it correctly', async () => {
  const args = ['--hidden', '16', '--epochs', '4', '--learning-rate', '0.01', '--run-id', 'fractions'];
  expect(await runCommand(['train', ...training, ...args])).toMatchObject({ exitCode: 0, err: '' });
  const trained = join(store, 'runs/fractions/model/model.keras');
  const model = await readKerasModel(readFileSync(trained), 'The model');
  const hidden = model.layers.find((layer) => layer.weights.length > 0)!;
  const [kernel, bias] = hidden.getWeights();
  const scaled = tensor(
    kernel!.dataSync().map((value) => value / 255),
    kernel!.shape,
  );
  hidden.setWeights([scaled, bias!]);
  const file = join(folder, 'bytes.h5');
  writeFileSync(file, await writeKerasH5(await describeModel(model, adam)));
  model.dispose();
  scaled.dispose();

  const right = await readMetrics(trained);
  expect(right).toMatchObject({ pixels: '0..1' });
  expect(right.betterPixels).toBeUndefined();
  expect(await readMetrics(file)).toMatchObject({ pixels: '0..1', betterPixels: '0..255' });
  expect(await evaluate(file)).toMatch(
    /The model is much more accurate on pixels 0\.\.255, .*: --scale 0\.\.255/,
  );
  const atItsScale = await readMetrics(file, '--scale', '0..255');
  expect(atItsScale.accuracy).toBe(right.accuracy);
  expect(atItsScale.loss).toBeCloseTo(right.loss, 4);
  expect(atItsScale.betterPixels).toBeUndefined();
}, 60_000);

test('an unknown scale is refused with exit code 2', async () => {
  const outcome = await runCommand(['evaluate', '--model', 'fractions', ...places, '--scale', '16']);
  expect(outcome.exitCode).toBe(2);
  expect(outcome.err).toMatch(/Allowed choices are 0\.\.1, 0\.\.255, -1\.\.1/);
});
