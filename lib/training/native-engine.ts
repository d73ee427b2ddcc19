import { setBackend, version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { PermanentError } from '../contracts/errors';
import type { RunConfig } from '../contracts/run-config';
import { requireGraphFolder } from '../tensorflow/graph-session';
import { describeGpu, describeMachine } from '../tensorflow/machine-facts';
import { loadNativeBackend } from '../tensorflow/native-binding';
import { nativeCacheFolder } from '../tensorflow/native-release';
import { NativeSession } from './native-session';
import type { TrainingEngine } from './training-engine';

/**
 * Trains on native TensorFlow, which `prepareNativeTensorFlow` must have found in the folder. A process keeps the
 * build and the device it began with.
 *
 * @throws NativeUnavailable where the build cannot be loaded; PermanentError EngineUnavailable when a GPU was asked for
 *   and is not there.
 */
export async function openNativeEngine(
  tensorflowVersion: string,
  device: RunConfig['device'] = 'auto',
  cacheFolder: string = nativeCacheFolder(),
): Promise<TrainingEngine> {
  requireGraphFolder();
  // Read by CUDA when the library is loaded: no device is visible then.
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  const { binding, isUsingGpuDevice } = loadNativeBackend(cacheFolder);
  await setBackend('tensorflow');
  if (device === 'gpu' && !isUsingGpuDevice) {
    throw new PermanentError(
      'EngineUnavailable',
      `The device "gpu" was asked for, and native TensorFlow ${tensorflowVersion} sees none here. It takes an NVIDIA GPU with driver 525 or newer; "mnist-pipeline doctor" says what this machine has. Leave --device out to train on the CPU.`,
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
    openSession: (stack, state, settings) => new NativeSession(binding, stack, state, settings),
  };
}
