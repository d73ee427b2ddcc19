import { join } from 'node:path';
import { enableProdMode, findBackend, KernelBackend, registerBackend } from '@tensorflow/tfjs-core';
import { PermanentError } from '../contracts/errors';
import type { GraphBinding } from './graph-session';
import { bindingFile, nativeCacheFolder, quietenLogFile } from './native-release';
import { NativeUnavailable } from './native-unavailable';

const backendName = 'tensorflow';
/** Before WASM's 2, as in the package's own entry. */
const priority = 3;

/** The backend of @tensorflow/tfjs-node, and the binding that it calls TensorFlow through. */
export interface NativeBackend {
  readonly binding: GraphBinding;
  readonly isUsingGpuDevice: boolean;
}

/**
 * Loads native TensorFlow into this process and registers it as the backend `tensorflow`. Call it when it is needed,
 * never at import: it takes a second and 300 MB, and works only where `prepareNativeTensorFlow` has found or made the
 * folder.
 *
 * The package's own entry looks for its binding inside node_modules; its backend and kernels take the one in the cache.
 *
 * @throws NativeUnavailable where it cannot be loaded; PermanentError EngineUnavailable for a broken installation.
 */
export function loadNativeBackend(cacheFolder: string = nativeCacheFolder()): NativeBackend {
  // Read when TensorFlow first meets a GPU. By default it takes nearly all of its memory at once.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const backend = findBackend(backendName) ?? registerNativeBackend(cacheFolder);
  if (!(backend instanceof KernelBackend)) {
    throw new PermanentError(
      'EngineUnavailable',
      'Two copies of @tensorflow/tfjs-core are installed, and their tensors do not mix. Run npm ci; npm ls @tensorflow/tfjs-core must show one version.',
    );
  }
  enableProdMode();
  return backend as KernelBackend & NativeBackend;
}

function registerNativeBackend(cacheFolder: string): unknown {
  try {
    require(join(cacheFolder, quietenLogFile));
    const binding = require(join(cacheFolder, bindingFile));
    require('@tensorflow/tfjs-node/dist/register_all_kernels');
    const { NodeJSKernelBackend } =
      require('@tensorflow/tfjs-node/dist/nodejs_kernel_backend') as typeof import('@tensorflow/tfjs-node/dist/nodejs_kernel_backend');
    const backend: unknown = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node');
    registerBackend(backendName, () => backend as KernelBackend, priority);
    return backend;
  } catch (error) {
    const { message } = error as Error;
    throw new NativeUnavailable(
      `what is prepared in ${cacheFolder} cannot be loaded (${message})`,
      adviseOnLoading(message),
    );
  }
}

/** @param message - the dynamic loader's. */
function adviseOnLoading(message: string): string {
  if (/failed to map segment|operation not permitted/i.test(message))
    return 'Its file system lets no program start (noexec): set MNIST_PIPELINE_CACHE to a folder on another one.';
  if (/GLIBC\w*_[\d.]+.* not found/.test(message))
    return 'It was prepared on a machine with a newer C library: set MNIST_PIPELINE_CACHE to a folder of this machine, where it is prepared anew.';
  return 'Delete that folder to have it prepared again.';
}
