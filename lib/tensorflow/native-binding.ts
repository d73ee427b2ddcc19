import { join } from 'node:path';
import { enableProdMode, findBackend, KernelBackend, registerBackend } from '@tensorflow/tfjs-core';
import { PermanentError } from '../contracts/errors';
import type { EagerBackend } from './eager-binding';
import { bindingFile, nativeCacheFolder, quietenLogFile } from './native-release';
import { NativeUnavailable } from './native-unavailable';

const backendName = 'tensorflow';
/** Above WASM's 2, as in the package's own entry point. */
const priority = 3;

/** The backend of @tensorflow/tfjs-node, and the binding through which it calls TensorFlow. */
export interface NativeBackend extends EagerBackend {
  readonly isUsingGpuDevice: boolean;
}

export interface NativeOptions {
  /**
   * Compute with oneDNN's kernels on the CPU. TensorFlow chooses them by itself only on processors with AVX-512 VNNI; the
   * gradients of convolutions take half the time with them. A process keeps what it loaded first.
   *
   * @default what TensorFlow chooses, or the variable TF_ENABLE_ONEDNN_OPTS
   */
  readonly useOneDnn?: boolean;
}

/**
 * Loads native TensorFlow into this process and registers it as the backend `tensorflow`. Call it only when it is needed,
 * never at import: it takes a second and 300 MB. `prepareNativeTensorFlow` must have prepared the folder.
 *
 * The package's own entry point searches for its binding in node_modules. Here its backend and kernels get the binding of
 * the cache folder.
 *
 * @throws NativeUnavailable where it cannot be loaded; PermanentError EngineUnavailable for a broken installation.
 */
export function loadNativeBackend(
  cacheFolder: string = nativeCacheFolder(),
  { useOneDnn = false }: NativeOptions = {},
): NativeBackend {
  if (useOneDnn) process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  // By default TensorFlow allocates nearly all memory of the GPU when it opens it.
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
      `the libraries prepared in ${cacheFolder} cannot be loaded (${message})`,
      adviseOnLoading(message),
    );
  }
}

/** @param message - the dynamic loader's. */
function adviseOnLoading(message: string): string {
  if (/failed to map segment|operation not permitted/i.test(message))
    return 'Its file system is mounted noexec: set MNIST_PIPELINE_CACHE to a folder on another file system.';
  if (/GLIBC\w*_[\d.]+.* not found/.test(message))
    return 'It was prepared on a machine with a newer C library: set MNIST_PIPELINE_CACHE to a folder of this machine, where it is prepared again.';
  return 'Delete that folder to have it prepared again.';
}
