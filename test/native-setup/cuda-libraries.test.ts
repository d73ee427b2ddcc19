import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  inspectNativeTensorFlow,
  isNativePrepared,
  prepareNativeTensorFlow,
} from '../../lib/native-setup/native-setup';
import { cudaFolder, nativeCacheFolder, requireCudaFile } from '../../lib/tensorflow/native-release';
import { useScratchFolder } from '../support/scratch-folder';
import {
  type Act,
  failing,
  interrupting,
  makeMachine,
  type PrepareArguments,
  prepareOn,
  type Stage,
  tinyGpuRelease,
  tinyRelease,
} from './machine-double';

const scratch = useScratchFolder();
const release = tinyGpuRelease;
let cacheRoot = '';
let cacheFolder = '';
let count = 0;

beforeEach(() => {
  count += 1;
  cacheRoot = join(scratch, `cuda-${count}`);
  cacheFolder = nativeCacheFolder(release, cacheRoot);
});

const prepare = (...[acts, facts, signal]: PrepareArguments) =>
  prepareOn(cacheRoot, release, acts, facts, signal);

test('the libraries of CUDA are where TensorFlow searches, and the self-test checks them', async () => {
  const { native, stages, messages } = await prepare();
  expect(native).toEqual({ available: true, tensorflowVersion: '2.21.0', cacheFolder });
  expect(stages.slice(3)).toEqual([
    ...(['download', 'unpack', 'strip', 'strip'] as const),
    ...(['download CUDA', 'unpack CUDA', 'download CUDA', 'unpack CUDA'] as const),
    ...(['compile', 'compile', 'compile', 'self-test'] as const),
  ]);
  expect(messages[0]).toMatch(/a download of 5 MB, 3940 MB on disk, a few minutes/);
  expect(messages).toContain('Downloading nvidia-cudnn-cu12 12.5 from PyPI (2 MB)');
  expect(readdirSync(join(cacheFolder, cudaFolder)).sort()).toEqual(['libcublas.so.12', 'libcudnn.so.12']);
  expect(readdirSync(cacheFolder).sort()).toEqual(['deps', 'lib', 'ready.json']);
});

test('is stored beside the build for the CPU, and is found independently', async () => {
  const { machine } = makeMachine(cacheRoot);
  expect(await isNativePrepared({ release, machine })).toBe(false);
  await prepare();
  expect(await isNativePrepared({ release, machine })).toBe(true);
  expect(await isNativePrepared({ release: tinyRelease, machine })).toBe(false);
  await prepareNativeTensorFlow(() => {}, undefined, { release: tinyRelease, machine });
  expect(readdirSync(cacheRoot)).toHaveLength(2);
});

test('a cache that cannot be read counts as empty', async () => {
  writeFileSync(cacheRoot, 'a file');
  expect(await isNativePrepared({ release, machine: makeMachine(cacheRoot).machine })).toBe(false);
});

test('requires the space for CUDA', async () => {
  const { native, stages } = await prepare({}, { measureFreeBytes: async () => 4.8e9 });
  expect(native).toMatchObject({ reason: expect.stringMatching(/needs 4\.9 GB, .* 4\.8 GB are free/) });
  expect(stages).not.toContain('download');
});

const failures: [string, Stage, Act, RegExp][] = [
  ['no network', 'download CUDA', failing('ERROR: No matching'), /not download nvidia-cublas-cu12 12\.5/],
  [
    'another wheel',
    'download CUDA',
    (parameters) => {
      writeFileSync(join(parameters[parameters.indexOf('--dest') + 1]!, 'forged.whl'), 'forged');
      return '';
    },
    /forged\.whl has SHA-256/,
  ],
  [
    'a full disk',
    'unpack CUDA',
    failing('OSError: [Errno 28] No space left on device'),
    /4\.9 GB, .* ran full/,
  ],
  ['a broken wheel', 'unpack CUDA', failing('BadZipFile'), /wheel of nvidia-cublas-cu12 cannot be unpacked/],
  [
    'libraries that TensorFlow does not find',
    'self-test',
    failing('error: TensorFlow does not find all libraries of CUDA'),
    /does not find all libraries of CUDA/,
  ],
  [
    'a self-test that did not look',
    'self-test',
    () => '{"backend":"tensorflow","tensorflowVersion":"2.21.0","product":[19,22,43,50],"findsCuda":false}\n',
    /"findsCuda":false\} instead of/,
  ],
];
test.each(failures)(
  'an attempt that fails says why and leaves nothing: %s',
  async (_, stage, act, reason) => {
    const { native } = await prepare({ [stage]: act });
    expect(native).toMatchObject({ available: false, reason: expect.stringMatching(reason) });
    expect(readdirSync(cacheRoot).filter((name) => !name.endsWith('.refused.json'))).toEqual([]);
  },
);

test.each(['download CUDA', 'unpack CUDA'] as const)('Ctrl-C in %s leaves nothing', async (stage) => {
  const { act, signal } = interrupting();
  await expect(prepare({ [stage]: act }, {}, signal)).rejects.toMatchObject({
    name: 'Interrupted',
  });
  expect(readdirSync(cacheRoot)).toEqual([]);
});

test.each([
  ['a library of CUDA is gone', join(cudaFolder, 'libcudnn.so.12')],
  ['what looks for them is gone', requireCudaFile],
])('%s: reported, and prepared again', async (_, file) => {
  await prepare();
  rmSync(join(cacheFolder, file));
  const { machine } = makeMachine(cacheRoot);
  expect(await inspectNativeTensorFlow({ release, machine })).toMatchObject({
    available: false,
    reason: expect.stringContaining(`its ${file} is missing`),
  });
  const { native, messages } = await prepare();
  expect(native.available).toBe(true);
  expect(messages[0]).toContain(`${basename(file)} is missing`);
});
