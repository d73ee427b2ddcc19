import { dirname, join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../lib/contracts/errors';
import { objectKeys } from '../lib/contracts/object-keys';
import { type RunConfig, runIdSchema, storedRunConfigSchema } from '../lib/contracts/run-config';
import { assembleTrained, type ModelFile, maxFileBytes } from '../lib/export/read-keras-model';
import { openModelFile, openRunModel } from '../lib/inference/open-model';
import type { KerasGraph } from '../lib/model/keras-graph';
import { readGraph } from '../lib/model/read-graph';
import { getJson } from '../lib/store/json-objects';
import type { ObjectStore } from '../lib/store/object-store';
import { readFileIfPresent, readInputFile } from './read-input-file';
import { resolveRunId } from './run-ids';

const modelFile = /\.(h5|hdf5|keras|json)$/i;

export interface OpenedModel {
  /** The caller disposes it. */
  readonly model: LayersModel;
  readonly graph: KerasGraph;
  /** Names it in messages. */
  readonly what: string;
  /** Of the run that trained it; unknown for a file. */
  readonly config?: RunConfig;
}

/**
 * The model that a user names: of a run in `store`, or of a file with weights; on WASM.
 *
 * @throws PermanentError InvalidInput for a file that cannot be read or converted; ArtifactNotFound for an unknown run.
 */
export async function openModelSource(source: string, store: ObjectStore): Promise<OpenedModel> {
  if (modelFile.test(source)) {
    const { what, ...file } = await readModelSource(source, 'Give the path of an .h5, .keras or .json file.');
    return { model: assembleTrained(file, what), graph: file.graph, what };
  }
  if (!runIdSchema.safeParse(source).success) {
    throw new PermanentError(
      'InvalidInput',
      `${JSON.stringify(source)} names no model: it is neither a run id nor a path that ends in .h5, .hdf5, .keras or .json.`,
    );
  }
  const runId = await resolveRunId(store, source, 'finished');
  const model = await openRunModel(store, runId);
  const what = `The model of the run ${runId}`;
  const { config } = await getJson(store, objectKeys.config(runId), storedRunConfigSchema);
  return { model, graph: readGraph(model.toJSON(null, false), { what, kerasMajor: 2 }), what, config };
}

/**
 * The model of a file, with or without weights.
 *
 * @param remedy - says what is allowed where the file cannot be read.
 * @throws PermanentError InvalidInput for a file that cannot be read or converted.
 */
export async function readModelSource(
  path: string,
  remedy: string,
): Promise<ModelFile & Pick<OpenedModel, 'what'>> {
  const what = `The model ${JSON.stringify(path)}`;
  const bytes = await readInputFile(path, what, remedy, maxFileBytes);
  const readBeside = (name: string) => {
    const beside = join(dirname(path), name);
    return readFileIfPresent(beside, `The file ${JSON.stringify(beside)}`, maxFileBytes);
  };
  return { ...(await openModelFile(bytes, what, readBeside)), what };
}
