import { dispose, tensor } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  type SymbolicTensor,
  sequential,
  model as toModel,
} from '@tensorflow/tfjs-layers';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { PermanentError } from '../contracts/errors';
import { buildLayer } from '../model/build-layer';
import { type KerasGraph, modelInput, readGraph } from '../model/keras-graph';
import { isChain } from '../model/keras-topology';
import { doesNotFit, listGraphWeights } from '../model/layer-shapes';
import type { TfjsLayer, WeightSlot } from '../model/layers/layer-kind';
import { type Hdf5Reader, readHdf5 } from './hdf5';
import { findArchivePaths, findLegacyPaths, type WeightPaths } from './weight-paths';

/** For comparison: a model for MNIST has 6 MB; the configuration of a network with 200 layers has 200 kB. */
const maxFileBytes = 2 ** 30;
const maxConfigBytes = 2 ** 24;

/**
 * Reads a model that Keras 2 or 3 saved as `.h5`, or Keras 3 as `.keras`. The file is not trusted: no code
 * in it is run, and its weights are compared with its configuration before memory is allocated. The caller disposes the
 * model.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for another kind of file, a damaged one, or a layer that is not supported.
 */
export async function readKerasModel(bytes: Uint8Array, what: string): Promise<LayersModel> {
  if (bytes.length > maxFileBytes) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has ${bytes.length} bytes, and at most ${maxFileBytes} are allowed.`,
    );
  }
  const { graph, weights } = startsWith(bytes, zipSignature)
    ? await readArchive(bytes, what)
    : await readLegacyFile(bytes, what);
  return assemble(graph, weights, what);
}

const zipSignature = [0x50, 0x4b, 0x03, 0x04];
const hdf5Signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

interface Weight {
  readonly shape: number[];
  readonly values: Float32Array;
}

interface Contents {
  readonly graph: KerasGraph;
  /** One list per layer. */
  readonly weights: Weight[][];
}

async function readArchive(bytes: Uint8Array, what: string): Promise<Contents> {
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

function readMajor(version: unknown, byDefault: number): number {
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

function readLegacyFile(bytes: Uint8Array, what: string): Promise<Contents> {
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
): Weight[][] {
  return slots.map((ofLayer, layer) =>
    ofLayer.map(({ shape }, position) => ({
      shape: [...shape],
      values: reader.readArray(paths[layer]![position]!, shape),
    })),
  );
}

/** A chain becomes a Sequential, which can be trained and exported; branched networks cannot. */
function assemble(graph: KerasGraph, weights: Weight[][], what: string): LayersModel {
  return isChain(graph) ? assembleChain(graph, weights, what) : assembleGraph(graph, weights, what);
}

function assembleChain({ name, inputShape, layers }: KerasGraph, weights: Weight[][], what: string) {
  const model = sequential({ name });
  for (const [index, layer] of layers.entries()) {
    const built = buildLayer(layer, index === 0 ? inputShape : undefined);
    try {
      model.add(built);
      setWeights(built, weights[index]!);
    } catch (cause) {
      model.dispose();
      throw doesNotFit(layer, [inputShape], what, cause);
    }
  }
  return model;
}

function assembleGraph({ name, inputShape, layers, calls }: KerasGraph, weights: Weight[][], what: string) {
  const built = layers.map((layer) => buildLayer(layer));
  const images = input({ shape: [...inputShape] });
  const outputs: SymbolicTensor[] = [];
  for (const { layer, inputs } of calls) {
    const given = inputs.map((each) => (each === modelInput ? images : outputs[each]!));
    try {
      outputs.push(built[layer]!.apply(given.length === 1 ? given[0]! : given) as SymbolicTensor);
    } catch (cause) {
      for (const each of built) if (each.built) each.dispose();
      throw doesNotFit(
        layers[layer]!,
        given.map(({ shape }) => shape.slice(1)),
        what,
        cause,
      );
    }
  }
  const model = toModel({ name, inputs: images, outputs: outputs.at(-1)! });
  for (const { layer } of calls) setWeights(built[layer]!, weights[layer]!);
  return model;
}

function setWeights(layer: TfjsLayer, weights: readonly Weight[]): void {
  const tensors = weights.map(({ values, shape }) => tensor(values, shape, 'float32'));
  try {
    layer.setWeights(tensors);
  } finally {
    dispose(tensors);
  }
}
