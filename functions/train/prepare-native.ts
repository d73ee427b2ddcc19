import { readFileSync } from 'node:fs';
import type { Compute } from '../../lib/contracts/compute';
import { prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import { hasAvx } from '../../lib/native-setup/requirements';
import { cpuRelease, gpuRelease, type TensorFlowRelease } from '../../lib/tensorflow/native-release';

const releases: Readonly<Record<Compute, TensorFlowRelease>> = { cpu: cpuRelease, gpu: gpuRelease };

/**
 * Runs while an image is built, with the build's target as parameter. It installs native TensorFlow in the folder
 * `MNIST_PIPELINE_CACHE`, or fails the build. TensorFlow needs AVX, which an emulated processor may not have: on a Mac
 * with Apple Silicon the self-test would abort or hang (tensorflow/tfjs#8576). Then the container runs the self-test when
 * it starts.
 */
async function prepareForImage(target: string | undefined): Promise<void> {
  if (target !== 'cpu' && target !== 'gpu') {
    throw new Error(`The target is ${target ?? 'missing'}; it must be cpu or gpu, as in the Dockerfile.`);
  }
  const release = releases[target];
  const isTestedLater = !hasAvx(readFileSync('/proc/cpuinfo', 'utf8'));
  if (isTestedLater) console.log('This processor has no AVX: the container tests TensorFlow when it starts');
  const native = await prepareNativeTensorFlow((message) => console.log(message), undefined, {
    release,
    isTestedLater,
  });
  if (native.available) return;
  console.error(`Native TensorFlow cannot be prepared: ${native.reason}. ${native.remedy}`);
  process.exitCode = 1;
}

void prepareForImage(process.argv[2]);
