import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Tensor } from '@tensorflow/tfjs-core';
import { PermanentError } from '../contracts/errors';
import type { GraphBinding } from './graph-session';
import { bindingFile, nativeCacheFolder, quietenLogFile } from './native-release';

type TfjsNode = typeof import('@tensorflow/tfjs-node');

/** Of the installed package. */
export function tfjsNodeFolder(): string {
  return dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
}

/**
 * Loads native TensorFlow into this process and makes it the backend. Call it when it is needed, never at import: it
 * takes a second and 300 MB, and works only where `prepareNativeTensorFlow` has found or made the folder.
 *
 * The package looks for its binding inside node_modules through node-pre-gyp; for the length of the call, that is
 * pointed to the cache instead, so nothing is ever written into node_modules.
 *
 * @throws PermanentError EngineUnavailable
 */
export function loadTfjsNode(cacheFolder: string = nativeCacheFolder()): TfjsNode {
  const preBinding = createRequire(require.resolve('@tensorflow/tfjs-node'))(
    '@mapbox/node-pre-gyp/lib/pre-binding',
  ) as { find: (packageFile: string) => string };
  // Read when TensorFlow first meets a GPU. By default it takes nearly all of its memory at once.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const find = preBinding.find;
  preBinding.find = () => join(cacheFolder, bindingFile);
  let tfjsNode: TfjsNode;
  try {
    require(join(cacheFolder, quietenLogFile));
    tfjsNode = require('@tensorflow/tfjs-node');
  } catch (error) {
    throw new PermanentError(
      'EngineUnavailable',
      `Native TensorFlow in ${cacheFolder} cannot be loaded: ${(error as Error).message}. Delete that folder to have it prepared again, or train with --engine wasm.`,
      { evidence: { cacheFolder }, cause: error },
    );
  } finally {
    preBinding.find = find;
  }
  if (tfjsNode.Tensor !== Tensor) {
    throw new PermanentError(
      'EngineUnavailable',
      'Two copies of @tensorflow/tfjs-core are installed, and their tensors do not mix. Run npm ci; npm ls @tensorflow/tfjs-core must show one version.',
    );
  }
  tfjsNode.enableProdMode();
  return tfjsNode;
}

/** What tfjs-node keeps to itself: the binding that it calls TensorFlow through. */
export function nativeBackend(tfjsNode: TfjsNode): {
  readonly binding: GraphBinding;
  readonly isUsingGpuDevice: boolean;
} {
  return tfjsNode.findBackend('tensorflow') as unknown as ReturnType<typeof nativeBackend>;
}
