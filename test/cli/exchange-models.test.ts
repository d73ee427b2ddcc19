import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
const store = join(folder, 'artifacts');
const places = ['--dataset', dataset, '--store', store];
const training = [...places, '--engine', 'wasm', '--batch-size', '32', '--learning-rate', '0.01', '--quiet'];

const modelFolder = (runId: string) => join(store, 'runs', runId, 'model');
const modelFile = (runId: string, name: string) => join(modelFolder(runId), name);
const readHistory = (runId: string) =>
  JSON.parse(readFileSync(join(store, 'runs', runId, 'history.json'), 'utf8')).epochs as { loss: number }[];

async function train(runId: string, ...args: string[]): Promise<void> {
  const outcome = await runCommand(['train', ...training, '--run-id', runId, ...args]);
  expect(outcome).toMatchObject({ exitCode: 0, err: '' });
}

async function evaluate(model: string) {
  const { exitCode, out, err } = await runCommand(['evaluate', '--model', model, ...places, '--json']);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return JSON.parse(out) as { accuracy: number; loss: number; testCount: number; model: string };
}

beforeAll(async () => {
  await writeTinyDataset(dataset);
  await train('first', '--hidden', '16', '--epochs', '4');
}, 30_000);

test('a run stores its model in every format, and the same seed gives the same bytes', async () => {
  await train('again', '--hidden', '16', '--epochs', '4');
  const names = readdirSync(modelFolder('first'));
  expect(names.sort()).toEqual([
    'README.md',
    'model.h5',
    'model.json',
    'model.keras',
    'model.onnx',
    'model.safetensors',
    'weights.bin',
  ]);
  for (const name of names.filter((each) => each !== 'README.md')) {
    const files = ['first', 'again'].map((runId) => readFileSync(modelFile(runId, name)));
    expect({ name, differs: files[0]!.compare(files[1]!) }).toEqual({ name, differs: 0 });
  }
  expect(readFileSync(modelFile('first', 'README.md'), 'utf8')).toContain('in the run `first`');
}, 30_000);

test('a model file of a run has the same metrics as the run', async () => {
  const ofRun = await evaluate('first');
  expect(ofRun.testCount).toBe(50);
  expect(ofRun.accuracy).toBeGreaterThan(0.5);
  for (const name of ['model.h5', 'model.keras']) {
    expect(await evaluate(modelFile('first', name))).toEqual({ ...ofRun, model: modelFile('first', name) });
  }
  const { out, err } = await runCommand(['evaluate', '--model', 'first', ...places, '--quiet']);
  expect(err).toBe('');
  expect(out).toMatch(/test accuracy {2}[01]\.\d{4} \(\d+ of 50 wrong\)[\s\S]*label +precision/);
});

test('training from a run and from its model file give the same weights, and start at the trained loss', async () => {
  await train('from-run', '--from', 'first', '--epochs', '1');
  await train('from-file', '--from', modelFile('first', 'model.keras'), '--epochs', '1');
  const [fromRun, fromFile] = ['from-run', 'from-file'].map((runId) =>
    readFileSync(modelFile(runId, 'weights.bin')),
  );
  expect(fromRun!.equals(fromFile!)).toBe(true);
  expect(readHistory('from-run')[0]!.loss).toBeLessThan(readHistory('first')[0]!.loss);
  const config = JSON.parse(readFileSync(join(store, 'runs/from-run/config.json'), 'utf8')).config;
  expect(config).toMatchObject({
    hidden: [16],
    initialWeightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
}, 30_000);

test.each([
  [
    ['train', '--from', 'first', '--hidden', '3'],
    /The model of the run first has "hidden": \[16\], and \[3\]/,
  ],
  [['train', '--from', 'first', '--classes', '3'], /has "classes": 10, and 3 was given\. .*leave "classes"/],
  [['train', '--from', 'nowhere'], /ArtifactNotFound: There is no run "nowhere" in/],
  [['train', '--from', 'no such.keras'], /The model "no such\.keras" cannot be read \(ENOENT\)/],
  [
    ['train', '--from', './model'],
    /"\.\/model" names no model: it is neither a run id nor a path that ends in/,
  ],
  [['evaluate', '--model', 'model.h5.txt'], /names no model/],
  [['evaluate'], /The argument <model> is missing\. Give a run /],
])('%j is refused with exit code 2', async (args, message) => {
  const { exitCode, err, out } = await runCommand([...args, ...places]);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toMatch(message);
});

test('a model for another image size is neither evaluated nor trained', async () => {
  const other = join(folder, 'larger');
  await writeTinyDataset(other, { imageShape: [8, 8] });
  const elsewhere = ['--dataset', other, '--store', store];
  const evaluated = await runCommand(['evaluate', '--model', 'first', ...elsewhere]);
  expect(evaluated.exitCode).toBe(2);
  expect(evaluated.err).toMatch(
    /takes an input of 6×6, but the images of the dataset have 8×8 pixels\. .*one of 8×8, 8×8×1, 64\./,
  );
  const trained = await runCommand(['train', '--from', 'first', '--engine', 'wasm', ...elsewhere]);
  expect(trained.exitCode).toBe(2);
  expect(trained.err).toMatch(/have the shapes 36×16, 16, .*, and this run's model has 64×16/);
});

test('a file that is no model in spite of its extension is refused', async () => {
  const file = join(folder, 'image.h5');
  writeFileSync(file, 'not a model');
  const { exitCode, err } = await runCommand(['evaluate', '--model', file, ...places]);
  expect(exitCode).toBe(2);
  expect(err).toMatch(/is neither a \.keras nor an \.h5 file: its 11 bytes begin with 0x/);
});
