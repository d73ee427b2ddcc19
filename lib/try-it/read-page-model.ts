import { z } from 'zod';
import { printableNames } from '../contracts/class-names';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { decodeText, parseOrThrow } from '../contracts/parse';
import { modelMetadataSchema } from '../model/model-labels';
import type { ObjectStore } from '../store/object-store';
import type { PageData } from './page-data';

const modelFileSchema = z.looseObject({
  modelTopology: z.looseObject({}),
  userDefinedMetadata: modelMetadataSchema.optional(),
  weightsManifest: z.array(
    z.looseObject({
      paths: z.array(z.string().regex(/^[A-Za-z0-9._-]+$/)),
      weights: z.array(
        z.looseObject({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal('float32') }),
      ),
    }),
  ),
});

/**
 * Reads the model of a run for the page. TensorFlow.js is not needed here, so that `serve` starts quickly.
 *
 * @throws PermanentError ArtifactNotFound or CorruptArtifact.
 */
export async function readPageModel(store: ObjectStore, runId: string): Promise<Omit<PageData, 'examples'>> {
  const key = objectKeys.modelTopology(runId);
  const what = `${key} in ${store.location}`;
  const file = parseOrThrow(modelFileSchema, parseJson(await store.get(key), what), what, 'CorruptArtifact');
  const groups = file.weightsManifest;
  const parts = await Promise.all(
    groups.flatMap(({ paths }) => paths).map((path) => store.get(objectKeys.modelFile(runId, path))),
  );
  const model = {
    topology: file.modelTopology,
    weightSpecs: groups.flatMap(({ weights }) =>
      weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    ),
    weights: Buffer.concat(parts).toString('base64'),
  };
  const { preparation, classNames } = file.userDefinedMetadata ?? {};
  return {
    model,
    ...(classNames && { classNames: printableNames(classNames) }),
    ...(preparation && { preparation }),
  };
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(decodeText(bytes));
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${what} is not JSON. It was changed after it was written; train again under a new run id.`,
      { cause },
    );
  }
}
