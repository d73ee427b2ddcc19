import { setBackend, version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { PermanentError } from '../../contracts/errors';
import type { RunConfig } from '../../contracts/run-config';
import { installGradients, installNativeKernels } from '../../kernels/install-kernels';
import { requireGraphFolder } from '../../tensorflow/graph-session';
import { describeGpu, describeMachine } from '../../tensorflow/machine-facts';
import { loadNativeBackend, type NativeOptions } from '../../tensorflow/native-binding';
import { nativeCacheFolder } from '../../tensorflow/native-release';
import type { TrainingEngine } from '../training-engine';
import { predictNatively } from './native-predictions';
import { NativeSession } from './native-session';

/**
 * Trains on native TensorFlow, which `prepareNativeTensorFlow` must have prepared in the folder. A process keeps the first
 * build and device that it loads.
 *
 * @throws NativeUnavailable where the build cannot be loaded; PermanentError EngineUnavailable when a GPU was requested
 *   and none is available.
 */
export async function openNativeEngine(
  tensorflowVersion: string,
  device: RunConfig['device'] = 'auto',
  cacheFolder: string = nativeCacheFolder(),
  options: NativeOptions = {},
): Promise<TrainingEngine> {
  requireGraphFolder();
  // CUDA reads this when the library is loaded: no device is visible then.
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  const backend = loadNativeBackend(cacheFolder, options);
  const { isUsingGpuDevice } = backend;
  // Read at the first operation: on a GPU, sums have a fixed order then, and equal seeds give equal weights.
  if (isUsingGpuDevice) process.env['TF_DETERMINISTIC_OPS'] ??= '1';
  const use = async () => {
    await setBackend('tensorflow');
  };
  await use();
  installGradients();
  installNativeKernels();
  if (device === 'gpu' && !isUsingGpuDevice) {
    throw new PermanentError(
      'EngineUnavailable',
      `The device "gpu" was requested, and native TensorFlow ${tensorflowVersion} finds none. It needs an NVIDIA GPU with driver 525 or newer; "mnist-pipeline doctor" describes this machine. Leave out --device to train on the CPU.`,
    );
  }
  return {
    environment: {
      engine: 'native',
      device: isUsingGpuDevice ? await describeGpu() : 'cpu',
      tensorflowVersion,
      tfjsVersion,
      ...describeMachine(),
    },
    use,
    openSession: (model, state, settings) => new NativeSession(backend, model, state, settings),
    ...(isUsingGpuDevice ? {} : { predict: (model, images) => predictNatively(backend, model, images) }),
  };
}
