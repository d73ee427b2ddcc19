import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { addCudaLibraries } from '../../lib/native-setup/cuda-libraries';
import { thisMachine } from '../../lib/native-setup/machine';
import { sha256Hex } from '../../lib/store/sha256';
import { cudaFolder, gpuRelease } from '../../lib/tensorflow/native-release';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();

/** With real Python; only the download is simulated. */
test('the shared libraries of a wheel are extracted into one folder', async () => {
  const wheel = zipSync({
    'nvidia/cudnn/lib/libcudnn.so.9': strToU8('a library'),
    'nvidia/cudnn/lib/__init__.py': strToU8(''),
    'nvidia/cudnn/include/cudnn.h': strToU8('a header'),
    'nvidia/cublas/lib/libcublas.so.12': strToU8('another library'),
  });
  const machine = thisMachine();
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  await addCudaLibraries(
    {
      machine: {
        ...machine,
        run: async (command, parameters, options) => {
          if (!parameters.includes('download')) return machine.run(command, parameters, options);
          writeFileSync(join(parameters[parameters.indexOf('--dest') + 1]!, 'cudnn.whl'), wheel);
          return '';
        },
      },
      release: {
        ...gpuRelease,
        cudaWheels: [
          { package: 'nvidia-cudnn-cu12', version: '9.3', sha256: sha256Hex(wheel), megabytes: 1 },
        ],
      },
      folder,
      log: () => {},
      signal: undefined,
      isTestedLater: false,
    },
    scratch,
  );
  expect(readdirSync(join(folder, cudaFolder)).sort()).toEqual(['libcublas.so.12', 'libcudnn.so.9']);
  expect(readFileSync(join(folder, cudaFolder, 'libcudnn.so.9'), 'utf8')).toBe('a library');
  expect(readdirSync(join(scratch, 'nvidia-cudnn-cu12'))).toEqual([]);
});
