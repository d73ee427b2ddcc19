import { dispose, tensor } from '@tensorflow/tfjs-core';
import { type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { PermanentError } from '../contracts/errors';
import { buildLayer } from '../model/build-layer';
import { type KerasTopology, readTopology } from '../model/keras-layers';
import { doesNotFit, listWeightShapes } from '../model/layer-shapes';
import { type Hdf5Reader, readHdf5 } from './hdf5';
import { nameGroups } from './keras-v3';

/** A model of MNIST has 6 MB; the configuration of a network of 200 layers has 200 kB. */
const maxFileBytes = 2 ** 30;
const maxConfigBytes = 2 ** 24;

/**
 * Reads a model that Keras 2 or 3 saved as `.h5`, or Keras 3 as `.keras`. The file is not trusted: nothing of it is
 * run, and its weights are checked against its configuration before memory is taken for them. The caller disposes the
 * model.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for another kind of file, a damaged one, or a layer that is not supported.
 */
export async function readKerasModel(bytes: Uint8Array, what: string): Promise<Sequential> {
  if (bytes.length > maxFileBytes) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has ${bytes.length} bytes, and at most ${maxFileBytes} are read.`,
    );
  }
  const { topology, weights } = startsWith(bytes, zipSignature)
    ? await readArchive(bytes, what)
    : await readLegacyFile(bytes, what);
  return assemble(topology, weights, what);
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
  readonly topology: KerasTopology;
  /** One list per layer. */
  readonly weights: Weight[][];
}

async function readArchive(bytes: Uint8Array, what: string): Promise<Contents> {
  const files = unpack(bytes, what);
  const topology = readTopology(parseJson(files.config, what), what);
  const groups = nameGroups(topology.layers.map(({ class_name }) => class_name));
  const weights = await readHdf5(files.weights, what, (reader) =>
    readWeights(topology, what, reader, (index, position) => `layers/${groups[index]}/vars/${position}`),
  );
  return { topology, weights };
}

function unpack(bytes: Uint8Array, what: string) {
  const limits: Record<string, number> = { 'config.json': maxConfigBytes, 'model.weights.h5': maxFileBytes };
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
  const { 'config.json': config, 'model.weights.h5': weights } = files;
  if (config !== undefined && weights !== undefined) return { config, weights };
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
        `${what} has no model_config: it holds weights alone. Save the whole model with model.save("model.keras").`,
      );
    }
    const topology = readTopology(parseJson(config, what), what);
    const weights = readWeights(topology, what, reader, (index, position) => {
      const group = `model_weights/${topology.layers[index]!.config.name}`;
      return `${group}/${reader.readTexts(group, 'weight_names')?.[position] ?? position}`;
    });
    return { topology, weights };
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

/** The file must hold what its configuration promises, before a layer is built. */
function readWeights(
  topology: KerasTopology,
  what: string,
  reader: Hdf5Reader,
  pathOf: (layer: number, position: number) => string,
): Weight[][] {
  return listWeightShapes(topology, what).map((shapes, index) =>
    shapes.map((shape, position) => ({ shape, values: reader.readArray(pathOf(index, position), shape) })),
  );
}

function assemble(
  { name, inputShape, layers }: KerasTopology,
  weights: Weight[][],
  what: string,
): Sequential {
  const model = sequential({ name });
  for (const [index, layer] of layers.entries()) {
    const built = buildLayer(layer, index === 0 ? inputShape : undefined);
    const tensors = weights[index]!.map(({ values, shape }) => tensor(values, shape, 'float32'));
    try {
      model.add(built);
      built.setWeights(tensors);
    } catch (cause) {
      model.dispose();
      throw doesNotFit(layer, inputShape, what, cause);
    } finally {
      dispose(tensors);
    }
  }
  return model;
}
