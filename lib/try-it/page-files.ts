import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { parseOrThrow } from '../contracts/parse';
import type { ObjectStore } from '../store/object-store';
import { buildApp } from './build-app';
import { renderTryItPage } from './try-it-page';

export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}

/** By path, `/` first: nothing else is ever answered. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Threads would need the page to be isolated from others; one thread is enough for one digit. */
const wasmFiles = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];

const modelSchema = z.looseObject({
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string().regex(/^[A-Za-z0-9._-]+$/)) })),
});

/**
 * All that the try-it page of a run is made of, in memory: the page, its programme, TensorFlow's WASM, the model.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for the run's model.
 */
export async function gatherPageFiles(store: ObjectStore, runId: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  const page = new TextEncoder().encode(renderTryItPage(runId));
  files.set('/', { type: 'text/html; charset=utf-8', body: page });
  await addModel(files, store, runId);
  files.set('/app.js', { type: 'text/javascript; charset=utf-8', body: await buildApp() });
  for (const name of wasmFiles) {
    const body = await readFile(require.resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`));
    files.set(`/${name}`, { type: 'application/wasm', body });
  }
  return files;
}

async function addModel(files: Map<string, PageFile>, store: ObjectStore, runId: string): Promise<void> {
  const key = objectKeys.modelTopology(runId);
  const topology = await store.get(key);
  const { weightsManifest } = readModel(topology, `${key} in ${store.location}`);
  files.set('/model/model.json', { type: 'application/json', body: topology });
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) {
    const body = await store.get(objectKeys.modelFile(runId, path));
    files.set(`/model/${path}`, { type: 'application/octet-stream', body });
  }
}

function readModel(topology: Uint8Array, what: string): z.infer<typeof modelSchema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(topology));
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${what} is not JSON. It was changed after it was written; train again under a new run id.`,
      { cause },
    );
  }
  return parseOrThrow(modelSchema, value, what, 'CorruptArtifact');
}
