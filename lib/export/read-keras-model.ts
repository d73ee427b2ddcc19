import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { PermanentError } from '../contracts/errors';
import { assemble, type GraphWeights } from '../model/assemble';
import type { KerasGraph } from '../model/keras-graph';
import { listGraphWeights } from '../model/layer-shapes';
import type { WeightSlot } from '../model/layers/layer-kind';
import { readGraph } from '../model/read-graph';
import { type Hdf5Reader, readHdf5 } from './hdf5';
import { findArchivePaths, findLegacyPaths, type WeightPaths } from './weight-paths';

/** For comparison: a model for MNIST has 6 MB; the configuration of a network with 200 layers has 200 kB. */
export const maxFileBytes = 2 ** 30;
export const maxConfigBytes = 2 ** 24;

/** What a file has of a model. */
export interface ModelFile {
  readonly graph: KerasGraph;
  readonly weights: GraphWeights | undefined;
}

/**
 * Reads a model that Keras 2 or 3 saved as `.h5`, or Keras 3 as `.keras`. The file is not trusted: no code
 * in it is run, and its weights are compared with its configuration before memory is allocated.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @returns without weights for an `.h5` that has only a configuration.
 * @throws PermanentError InvalidInput for another kind of file, a damaged one, or a layer that is not supported.
 */
export async function readKerasFile(bytes: Uint8Array, what: string): Promise<ModelFile> {
  if (bytes.length > maxFileBytes) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has ${bytes.length} bytes, and at most ${maxFileBytes} are allowed.`,
    );
  }
  return startsWith(bytes, zipSignature) ? readArchive(bytes, what) : readLegacyFile(bytes, what);
}

/** The same for a model to predict with. The caller disposes it. */
export async function readKerasModel(bytes: Uint8Array, what: string): Promise<LayersModel> {
  return assembleTrained(await readKerasFile(bytes, what), what);
}

/** @throws PermanentError InvalidInput for a file without weights. */
export function assembleTrained({ graph, weights }: ModelFile, what: string): LayersModel {
  if (weights !== undefined) return assemble(graph, what, weights);
  throw new PermanentError(
    'InvalidInput',
    `${what} has an architecture without weights. Save the whole model with model.save("model.keras"), or train it with --model.`,
  );
}

const zipSignature = [0x50, 0x4b, 0x03, 0x04];
const hdf5Signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

async function readArchive(bytes: Uint8Array, what: string): Promise<ModelFile> {
  const files = unpack(bytes, what);
  const metadata = files.metadata === undefined ? {} : parseJson(files.metadata, what);
  const kerasMajor = readMajor((metadata as { keras_version?: unknown })?.keras_version, 3);
  const graph = readGraph(parseJson(files.config, what), { what, kerasMajor });
  const slots = listGraphWeights(graph, what);
  const weights = await readHdf5(files.weights, what, (reader) =>
    readWeights(slots, findArchivePaths(graph, slots), reader),
  );
  return { graph, weights };
}

/** Of `2.15.0`. */
export function readMajor(version: unknown, byDefault: number): number {
  return Number(/^(\d+)\./.exec(String(version))?.[1] ?? byDefault);
}

function unpack(bytes: Uint8Array, what: string) {
  const limits: Record<string, number> = {
    'metadata.json': maxConfigBytes,
    'config.json': maxConfigBytes,
    'model.weights.h5': maxFileBytes,
  };
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }: UnzipFileInfo) => originalSize <= (limits[name] ?? -1),
    });
  } catch (cause) {
    throw new PermanentError(
      'InvalidInput',
      `${what} is a damaged archive (${String(cause)}). Save it again.`,
      {
        cause,
      },
    );
  }
  const { 'metadata.json': metadata, 'config.json': config, 'model.weights.h5': weights } = files;
  if (config !== undefined && weights !== undefined) return { metadata, config, weights };
  throw new PermanentError(
    'InvalidInput',
    `${what} is an archive without a config.json (of at most ${maxConfigBytes} bytes) and a model.weights.h5, which Keras 3 writes. Save it with model.save("model.keras").`,
  );
}

function readLegacyFile(bytes: Uint8Array, what: string): Promise<ModelFile> {
  if (!startsWith(bytes, hdf5Signature)) {
    const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
    throw new PermanentError(
      'InvalidInput',
      `${what} is neither a .keras nor an .h5 file: its ${bytes.length} bytes begin with ${start === '' ? 'nothing' : `0x${start}`}. Save it with model.save("model.keras").`,
    );
  }
  return readHdf5(bytes, what, (reader) => {
    const config = reader.readText('/', 'model_config');
    if (config === undefined) {
      throw new PermanentError(
        'InvalidInput',
        `${what} has no model_config: it has only weights. Save the whole model with model.save("model.keras").`,
      );
    }
    const kerasMajor = readMajor(reader.readText('/', 'keras_version'), 2);
    const graph = readGraph(parseJson(config, what), { what, kerasMajor });
    const slots = listGraphWeights(graph, what);
    if (!reader.has('model_weights')) return { graph, weights: undefined };
    return { graph, weights: readWeights(slots, findLegacyPaths(graph, slots, reader), reader) };
  });
}

function parseJson(source: Uint8Array | string, what: string): unknown {
  try {
    return JSON.parse(typeof source === 'string' ? source : new TextDecoder().decode(source));
  } catch (cause) {
    throw new PermanentError('InvalidInput', `${what} has a configuration that is not JSON. Save it again.`, {
      cause,
    });
  }
}

/** Reads all weights that the configuration requires, before a layer is built. */
function readWeights(
  slots: readonly (readonly WeightSlot[])[],
  paths: WeightPaths,
  reader: Hdf5Reader,
): GraphWeights {
  return slots.map((ofLayer, layer) =>
    ofLayer.map(({ shape }, position) => ({
      shape,
      values: reader.readArray(paths[layer]![position]!, shape),
    })),
  );
}
