import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ModelFile } from '../export/read-keras-model';
import { readModelFile } from '../export/read-model-file';
import type { ReadBeside } from '../export/read-model-json';
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
 * What a file has of a model; see `readModelFile`. Its model is assembled on WASM.
 *
 * @param what - names the file in messages, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for a file that cannot be converted.
 */
export async function openModelFile(
  bytes: Uint8Array,
  what: string,
  readBeside: ReadBeside,
): Promise<ModelFile> {
  await useWasmBackend();
  return readModelFile(bytes, what, readBeside);
}
