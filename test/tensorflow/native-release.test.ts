import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  cpuRelease,
  findCacheRoot,
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
])('the cache is where it should be: %s', (_, environment, folder) => {
  expect(findCacheRoot(environment)).toBe(folder);
});

test('the folder names both versions, and they are the installed ones', () => {
  expect(nativeCacheFolder(cpuRelease, '/c')).toBe('/c/tensorflow-cpu-2.21.0-tfjs-node-4.22.0-linux-x64');
  expect(require('@tensorflow/tfjs-node/package.json').version).toBe(tfjsNodeVersion);
});
