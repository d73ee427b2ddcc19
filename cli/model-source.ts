import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../lib/contracts/errors';
import { runIdSchema } from '../lib/contracts/run-config';
import { openKerasModel, openRunModel } from '../lib/inference/open-model';
import type { ObjectStore } from '../lib/store/object-store';
import { readInputFile } from './read-input-file';
import { resolveRunId } from './run-ids';

const kerasFile = /\.(h5|hdf5|keras)$/i;

export interface OpenedModel {
  /** The caller disposes it. */
  readonly model: LayersModel;
  /** Names it in messages. */
  readonly what: string;
}

/**
 * The model that a user names: of a run in `store`, or of a Keras file; on WASM.
 *
 * @throws PermanentError InvalidInput for a file that cannot be read or converted; ArtifactNotFound for an unknown run.
 */
export async function openModelSource(source: string, store: ObjectStore): Promise<OpenedModel> {
  if (kerasFile.test(source)) {
    const what = `The model ${JSON.stringify(source)}`;
    const bytes = await readInputFile(source, what, 'Give the path of an .h5 or .keras file.');
    return { model: await openKerasModel(bytes, what), what };
  }
  if (!runIdSchema.safeParse(source).success) {
    throw new PermanentError(
      'InvalidInput',
      `${JSON.stringify(source)} names no model: it is neither a run id nor a path that ends in .h5, .hdf5 or .keras.`,
    );
  }
  const runId = await resolveRunId(store, source, 'finished');
  return { model: await openRunModel(store, runId), what: `The model of the run ${runId}` };
}
