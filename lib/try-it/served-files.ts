import { extname } from 'node:path';
import { z } from 'zod';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { decodeText, parseOrThrow } from '../contracts/parse';
import type { ObjectStore } from '../store/object-store';
import { buildPageFiles } from './page-files';

export interface ServedFile {
  readonly type: string;
  readonly body: Uint8Array;
}

/** Files by their path in the run's folder; the page is `/` too. Nothing else is served. */
export type ServedFiles = ReadonlyMap<string, ServedFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const modelSchema = z.looseObject({
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string().regex(/^[A-Za-z0-9._-]+$/)) })),
});

/**
 * All files of a run's try-it page, in memory. Page and script are those of this version, not those of the run: they
 * also work for older runs, and nobody who can write to the store can put a script into the page.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact for the run's model.
 */
export async function gatherServedFiles(store: ObjectStore, runId: string): Promise<ServedFiles> {
  const model = await readModel(store, runId);
  const files = new Map<string, ServedFile>();
  for (const { key, body } of [...(await buildPageFiles(runId)), ...model]) {
    const file = { type: types[extname(key)] ?? 'application/octet-stream', body };
    if (key === objectKeys.tryItPage(runId)) files.set('/', file);
    files.set(`/${key.slice(objectKeys.run(runId).length)}`, file);
  }
  return files;
}

async function readModel(store: ObjectStore, runId: string) {
  const key = objectKeys.modelTopology(runId);
  const topology = await store.get(key);
  const { weightsManifest } = parseModel(topology, `${key} in ${store.location}`);
  const weights = weightsManifest
    .flatMap(({ paths }) => paths)
    .map(async (path) => {
      const weightsKey = objectKeys.modelFile(runId, path);
      return { key: weightsKey, body: await store.get(weightsKey) };
    });
  return [{ key, body: topology }, ...(await Promise.all(weights))];
}

function parseModel(topology: Uint8Array, what: string): z.infer<typeof modelSchema> {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(topology));
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${what} is not JSON. It was changed after it was written; train again under a new run id.`,
      { cause },
    );
  }
  return parseOrThrow(modelSchema, value, what, 'CorruptArtifact');
}
