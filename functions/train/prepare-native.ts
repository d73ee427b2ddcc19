import type { Compute } from '../../lib/contracts/compute';
import { cpuRelease, gpuRelease, type TensorFlowRelease } from '../../lib/tensorflow/native-release';
import { prepareNativeTensorFlow } from '../../lib/tensorflow/native-setup';

const releases: Readonly<Record<Compute, TensorFlowRelease>> = { cpu: cpuRelease, gpu: gpuRelease };

/**
 * Run while an image is built, with its target as the parameter: native TensorFlow goes where `MNIST_PIPELINE_CACHE`
 * says, or the build fails.
 */
async function prepareForImage(target: string | undefined): Promise<void> {
  if (target !== 'cpu' && target !== 'gpu') {
    throw new Error(`The target is ${target ?? 'missing'}; it must be cpu or gpu, as in the Dockerfile.`);
  }
  const release = releases[target];
  const native = await prepareNativeTensorFlow((message) => console.log(message), undefined, { release });
  if (native.available) return;
  console.error(`Native TensorFlow cannot be prepared: ${native.reason}. ${native.remedy}`);
  process.exitCode = 1;
}

void prepareForImage(process.argv[2]);
