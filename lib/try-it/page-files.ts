import { readFile } from 'node:fs/promises';
import { objectKeys } from '../contracts/object-keys';
import { packageFile } from '../installation/package-file';
import type { ObjectStore } from '../store/object-store';
import { readApp } from './page-app';
import { renderTryItPage } from './try-it-page';

export interface PageFile {
  /** In the store. The page finds the other files and the model by paths relative to its own. */
  readonly key: string;
  readonly body: Uint8Array;
}

/** Without threads: they need a cross-origin-isolated page, and one thread is fast enough for one digit. */
const wasmFiles = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];

/** The try-it page of a run, its script and TensorFlow.js' WASM files. The model is next to them. */
export async function buildPageFiles(runId: string): Promise<PageFile[]> {
  const page = new TextEncoder().encode(renderTryItPage(runId));
  const wasm = wasmFiles.map(async (name) => ({
    key: objectKeys.tryItFile(runId, name),
    body: new Uint8Array(await readFile(packageFile(`@tensorflow/tfjs-backend-wasm/dist/${name}`))),
  }));
  return [
    { key: objectKeys.tryItPage(runId), body: page },
    { key: objectKeys.tryItFile(runId, 'app.js'), body: await readApp() },
    ...(await Promise.all(wasm)),
  ];
}

/** Stores the page in the run's folder, so that it is copied with the run. */
export async function savePage(store: ObjectStore, runId: string): Promise<void> {
  for (const { key, body } of await buildPageFiles(runId)) await store.put(key, body);
}
