import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  cpuRelease,
  downloadMegabytes,
  findCacheRoot,
  gpuRelease,
  nativeCacheFolder,
  tfjsNodeVersion,
} from '../../lib/tensorflow/native-release';

test.each([
  ['its own variable', { MNIST_PIPELINE_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
  ['its own variable, relative', { MNIST_PIPELINE_CACHE: 'a' }, resolve('a')],
  ['the XDG variable', { MNIST_PIPELINE_CACHE: '', XDG_CACHE_HOME: '/b' }, '/b/mnist-pipeline'],
  [
    'a relative XDG variable, which counts as unset',
    { XDG_CACHE_HOME: 'b' },
    join(homedir(), '.cache/mnist-pipeline'),
  ],
  ['no variable', {}, join(homedir(), '.cache/mnist-pipeline')],
])('the folder of the cache: %s', (_, environment, folder) => {
  expect(findCacheRoot(environment)).toBe(folder);
});

test('the folder name has both versions, and they are the installed ones', () => {
  expect(nativeCacheFolder(cpuRelease, '/c')).toBe('/c/tensorflow-cpu-2.21.0-tfjs-node-4.22.0-linux-x64');
  expect(nativeCacheFolder(gpuRelease, '/c')).toBe('/c/tensorflow-2.21.0-tfjs-node-4.22.0-linux-x64');
  expect(require('@tensorflow/tfjs-node/package.json').version).toBe(tfjsNodeVersion);
});

test('every wheel of the build for GPUs is pinned, and counted in the download', () => {
  const { cudaWheels, wheelSha256 } = gpuRelease;
  for (const sha256 of [wheelSha256, ...cudaWheels.map((wheel) => wheel.sha256)]) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(new Set(cudaWheels.map((wheel) => wheel.sha256)).size).toBe(8);
  expect(downloadMegabytes(gpuRelease)).toBeGreaterThan(2000);
  expect(downloadMegabytes(cpuRelease)).toBe(cpuRelease.wheelMegabytes);
});
