import { join } from 'node:path';
import { loadTfjsNode } from './native-binding';
import { gpuRelease, requireCudaFile } from './native-release';

/**
 * Runs in a process of its own, since a library that does not fit the machine ends the process it is loaded into.
 * The parameters are the folder to test and its package; prints one line of JSON.
 */
function testNativeTensorFlow(folder: string, packageName: string): string {
  const tf = loadTfjsNode(folder);
  const hasCuda = packageName === gpuRelease.package;
  if (hasCuda) require(join(folder, requireCudaFile));
  const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
  const { binding } = tf.backend() as unknown as { readonly binding: { readonly TF_Version: string } };
  return JSON.stringify({
    backend: tf.getBackend(),
    tensorflowVersion: binding.TF_Version,
    product: [...product.dataSync()],
    findsCuda: hasCuda,
  });
}

try {
  console.log(testNativeTensorFlow(process.argv[2]!, process.argv[3]!));
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
