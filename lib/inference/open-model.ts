import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readKerasModel } from '../export/read-keras-model';
import { loadModel } from '../model/model-files';
import type { ObjectStore } from '../store/object-store';
import { useWasmBackend } from '../tensorflow/wasm-backend';

/**
 * The model of a run, on WASM. The caller disposes it.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact.
 */
export async function openRunModel(store: ObjectStore, runId: string): Promise<LayersModel> {
  await useWasmBackend();
  return loadModel(store, runId);
}

/**
 * The model of an .h5 or .keras file, on WASM. The caller disposes it.
 *
 * @param what - names the file in messages, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for a file that cannot be converted.
 */
export async function openKerasModel(bytes: Uint8Array, what: string): Promise<LayersModel> {
  await useWasmBackend();
  return readKerasModel(bytes, what);
}
