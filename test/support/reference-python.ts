import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCacheRoot } from '../../lib/tensorflow/native-release';

const requirements = join(__dirname, '../reference/requirements.txt');
/** An older Keras 3 for the same TensorFlow, in a folder that precedes the installed packages. */
const olderRequirements = join(__dirname, '../reference/requirements-older-keras.txt');

/** The last Keras 2, with its TensorFlow. */
const keras2Requirements = join(__dirname, '../reference/requirements-keras-2.txt');

/** PyTorch and JAX for `npm run bench`. PyPI's PyTorch for Linux comes with some gigabytes of CUDA libraries. */
const peerRequirements = join(__dirname, '../bench/requirements-peers.txt');

/** For `npm run bench:gpu`, with the same libraries. */
const gpuRequirements = join(__dirname, '../bench/requirements-gpu.txt');

const environments = {
  keras: { name: 'keras', file: requirements },
  keras2: { name: 'keras-2', file: keras2Requirements },
  peers: { name: 'pytorch-and-jax', file: peerRequirements },
  gpu: { name: 'keras-and-pytorch-gpu', file: gpuRequirements },
  /** What writes the tables and images that people have. */
  sources: { name: 'sources', file: join(__dirname, '../reference/requirements-sources.txt') },
  optuna: { name: 'optuna', file: join(__dirname, '../reference/requirements-optuna.txt') },
  /** The linters of templates and policies. */
  templates: { name: 'template-tools', file: join(__dirname, '../templates/requirements.txt') },
} as const;

/**
 * A Python with the packages of test/reference/requirements.txt, or of the GPU's. Installed on first use into the cache
 * folder.
 */
export function preparePython(kind: keyof typeof environments = 'keras'): string {
  const { name, file } = environments[kind];
  return installOnce(name, [file], (folder) => {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    pipInstall(join(folder, 'bin/python'), file);
  }).concat('/bin/python');
}

function prepareOlderKeras(): string {
  return installOnce('older-keras', [requirements, olderRequirements], (folder) => {
    rmSync(folder, { recursive: true, force: true });
    pipInstall(preparePython(), olderRequirements, ['--no-deps', '--target', folder]);
  });
}

/** All that test/reference runs. Two processes must not install one environment at the same time. */
export function prepareReferencePythons(): void {
  for (const kind of ['keras', 'keras2', 'sources', 'optuna'] as const) preparePython(kind);
  prepareOlderKeras();
}

/** @returns the folder. Another version of the requirements gets another folder. */
function installOnce(name: string, files: readonly string[], install: (folder: string) => void): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  const folder = join(findCacheRoot(), `${name}-${hash.digest('hex').slice(0, 8)}`);
  const marker = join(folder, 'installed');
  if (!existsSync(marker)) {
    install(folder);
    writeFileSync(marker, '');
  }
  return folder;
}

function pipInstall(python: string, file: string, options: readonly string[] = []): void {
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', file];
  execFileSync(python, [...install, ...options], { stdio: 'inherit' });
}

export type KerasVersion = 'keras' | 'older keras' | 'tf_keras' | 'keras 2';

/**
 * Runs a script of test/reference.
 *
 * @returns the JSON on its last line of standard output.
 */
export function runPython<Result>(
  script: string,
  args: readonly string[],
  keras: KerasVersion = 'keras',
): Result {
  const choice = {
    KERAS_PACKAGE: keras === 'tf_keras' ? 'tf_keras' : 'keras',
    ...(keras === 'older keras' && { PYTHONPATH: prepareOlderKeras() }),
  };
  const output = execFileSync(
    preparePython(keras === 'keras 2' ? 'keras2' : 'keras'),
    [join(__dirname, '../reference', script), ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...choice },
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 26,
    },
  );
  return JSON.parse(output.trim().split('\n').at(-1)!);
}
