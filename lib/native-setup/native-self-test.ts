import { join } from 'node:path';
import { getBackend, matMul, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import type { GraphBinding } from '../tensorflow/graph-binding';
import { loadNativeBackend } from '../tensorflow/native-binding';
import { gpuRelease, requireCudaFile } from '../tensorflow/native-release';

/**
 * Runs in a separate process, because a library that does not fit the machine may crash it. The parameters are the folder
 * to test and its package; prints one line of JSON.
 */
async function testNativeTensorFlow(folder: string, packageName: string): Promise<string> {
  const binding = loadNativeBackend(folder).binding as unknown as GraphBinding & {
    readonly TF_Version: string;
  };
  await setBackend('tensorflow');
  const hasCuda = packageName === gpuRelease.package;
  if (hasCuda) require(join(folder, requireCudaFile));
  const product = matMul(tensor2d([1, 2, 3, 4], [2, 2]), tensor2d([5, 6, 7, 8], [2, 2]));
  return JSON.stringify({
    backend: getBackend(),
    tensorflowVersion: binding.TF_Version,
    product: [...product.dataSync()],
    findsCuda: hasCuda,
  });
}

void testNativeTensorFlow(process.argv[2]!, process.argv[3]!).then(
  (answer) => console.log(answer),
  (error: Error) => {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  },
);
