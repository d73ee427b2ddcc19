import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../lib/contracts/errors';
import { runIdSchema } from '../lib/contracts/run-config';
import { readKerasModel } from '../lib/export/read-keras-model';
import { loadModel } from '../lib/model/model-files';
import type { ObjectStore } from '../lib/store/object-store';
import { useWasmBackend } from '../lib/tensorflow/wasm-backend';
import { readInputFile } from './read-input-file';

const kerasFile = /\.(h5|hdf5|keras)$/i;

/**
 * The model of a run in `store`, or of a Keras file, on WASM. The caller disposes it.
 *
 * @throws PermanentError InvalidInput for a file that cannot be read or converted; ArtifactNotFound for an unknown run.
 */
export async function openModel(source: string, store: ObjectStore): Promise<LayersModel> {
  await useWasmBackend();
  if (kerasFile.test(source)) {
    const what = describeSource(source);
    const bytes = await readInputFile(source, what, 'Give the path of an .h5 or .keras file.');
    return readKerasModel(bytes, what);
  }
  if (runIdSchema.safeParse(source).success) return loadModel(store, source);
  throw new PermanentError(
    'InvalidInput',
    `${JSON.stringify(source)} names no model: it is neither a run id nor a path that ends in .h5, .hdf5 or .keras.`,
  );
}

export function describeSource(source: string): string {
  return kerasFile.test(source) ? `The model ${JSON.stringify(source)}` : `The model of the run ${source}`;
}
