import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

jest.mock('../../lib/report/rasterize', () =>
  jest.requireActual('../support/blank-drawings').blankDrawings(),
);
jest.mock('../../lib/try-it/page-app', () => jest.requireActual('../support/blank-app').blankApp());

const folder = useScratchFolder();
const dataset = join(folder, 'digits');
beforeAll(() => writeTinyDataset(dataset));

const train = (store: string, ...flags: string[]) =>
  runCommand(['train', 'friday', '--dataset', dataset, '--store', join(folder, store), ...flags]);
const small = ['--engine', 'wasm', '--epochs', '1', '--hidden', '8', '--elastic-pixels', '5', '--quiet'];
const readConfig = (store: string) =>
  JSON.parse(readFileSync(join(folder, store, 'runs/friday/config.json'), 'utf8')).config;

function writeConfig(settings: object): string {
  const file = join(folder, `${Object.keys(settings).join('-')}.json`);
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

test('config.json has the settings of the preset, and those that override them', async () => {
  const file = writeConfig({ learningRate: 0.5, rotationDegrees: 3 });
  const flags = ['--preset', 'mlp-deformed', '--config', file, '--learning-rate', '0.01'];
  expect(await train('preset', ...flags, ...small)).toMatchObject({ exitCode: 0 });
  const config = readConfig('preset');
  expect(config).toMatchObject({ hidden: [8], learningRate: 0.01, rotationDegrees: 3, emaDecay: 0.999 });
  expect(config).toMatchObject({ schedule: 'one-cycle', batchSize: 256, modelName: 'mnist-mlp' });
  expect(config).not.toHaveProperty('preset');
});

test('a config file may name the preset, and the flag overrides it', async () => {
  const file = writeConfig({ preset: 'mlp-deformed', seed: 7 });
  await train('file', '--config', file, ...small);
  expect(readConfig('file')).toMatchObject({ seed: 7, emaDecay: 0.999 });
  const plain = ['--engine', 'wasm', '--epochs', '1', '--hidden', '8', '--quiet'];
  await train('flag', '--config', file, '--preset', 'default', ...plain);
  expect(readConfig('flag')).toMatchObject({ seed: 7, emaDecay: 0 });
});

test.each<[string[], RegExp]>([
  [['--preset', 'best'], /--preset: .*"default"\|"cnn"\|"cnn-best"\|"mlp-deformed" \(received "best"\)/],
  [
    ['--preset', 'cnn', '--hidden', '8'],
    /--hidden: it has an effect only with the model mlp, and model is cnn/,
  ],
  [
    ['--preset', 'cnn', '--momentum', '0.5'],
    /--momentum: .*only with the optimizer sgd, and optimizer is adamw/,
  ],
  [['--config', 'best.json'], /config file "best\.json" cannot be read/],
])('%j is refused, and leaves nothing behind', async (flags, message) => {
  const { exitCode, out, err } = await train('refused', ...flags);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toMatch(message);
  expect(existsSync(join(folder, 'refused'))).toBe(false);
});
