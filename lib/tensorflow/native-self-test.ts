import { loadTfjsNode } from './native-binding';

/**
 * Runs in a process of its own, since a library that does not fit the machine ends the process it is loaded into.
 * The parameter is the folder to test; prints one line of JSON.
 */
function testNativeTensorFlow(folder: string): string {
  const tf = loadTfjsNode(folder);
  const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
  const { binding } = tf.backend() as unknown as { readonly binding: { readonly TF_Version: string } };
  return JSON.stringify({
    backend: tf.getBackend(),
    tensorflowVersion: binding.TF_Version,
    product: [...product.dataSync()],
  });
}

try {
  console.log(testNativeTensorFlow(process.argv[2]!));
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
