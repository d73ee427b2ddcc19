import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { decodeSafetensors, encodeSafetensors } from '../model/safetensors';
import type { ObjectStore } from '../store/object-store';
import { sha256Hex } from '../store/sha256';
import { type LayerWeights, type MlpLayers, readMlpLayers } from './mlp-layers';

/**
 * Copies the weights out of a model.
 *
 * @throws PermanentError InvalidInput for a layer that the engines do not train.
 */
export async function readLayerWeights(model: LayersModel): Promise<LayerWeights[]> {
  readMlpLayers(model);
  const read: LayerWeights[] = [];
  for (const { weights } of model.layers) {
    if (weights.length === 0) continue;
    const [kernel, bias] = await Promise.all(weights.map((weight) => weight.read().data<'float32'>()));
    read.push({ kernel: kernel!, bias: bias! });
  }
  return read;
}

/** A safetensors file, and the SHA-256 by which a run's configuration names it. */
export interface EncodedWeights {
  readonly sha256: string;
  readonly body: Uint8Array;
}

export function encodeInitialWeights(layers: MlpLayers, weights: readonly LayerWeights[]): EncodedWeights {
  const tensors = weights.flatMap(({ kernel, bias }, layer) => {
    const { inputs, units } = layers[layer]!;
    return [
      { name: `${layer}.kernel`, shape: [inputs, units], values: kernel },
      { name: `${layer}.bias`, shape: [units], values: bias },
    ];
  });
  const body = encodeSafetensors({ tensors, metadata: {} });
  return { sha256: sha256Hex(body), body };
}

/** Stores the weights for runs that name them by their SHA-256. */
export async function storeInitialWeights(
  store: ObjectStore,
  { sha256, body }: EncodedWeights,
): Promise<void> {
  await store.putIfAbsent(objectKeys.initialWeights(sha256), body);
}

/**
 * @param layers - of the model that starts from them.
 * @throws PermanentError ArtifactNotFound; CorruptArtifact for other bytes; InvalidInput for weights of other shapes.
 */
export async function loadInitialWeights(
  store: ObjectStore,
  sha256: string,
  layers: MlpLayers,
): Promise<LayerWeights[]> {
  const key = objectKeys.initialWeights(sha256);
  const bytes = await store.get(key);
  const actual = sha256Hex(bytes);
  if (actual !== sha256) {
    throw new PermanentError(
      'CorruptArtifact',
      `${key} in ${store.location} has the SHA-256 ${actual}. It was changed after it was written; delete it and start again with --from.`,
      { evidence: { key, actual } },
    );
  }
  return decodeFittingWeights(bytes, `${key} in ${store.location}`, layers);
}

/** @throws PermanentError InvalidInput for weights whose sizes differ from the model. */
export function assertWeightsFit(bytes: Uint8Array, what: string, layers: MlpLayers): void {
  decodeFittingWeights(bytes, what, layers);
}

function decodeFittingWeights(bytes: Uint8Array, what: string, layers: MlpLayers): LayerWeights[] {
  const tensors = decodeTensors(bytes, what);
  const received = tensors.map(({ shape }) => shape.join('×'));
  const expected = layers.flatMap(({ inputs, units }) => [`${inputs}×${units}`, `${units}`]);
  if (received.join() !== expected.join()) {
    throw new PermanentError(
      'InvalidInput',
      `The weights to start from have the shapes ${received.join(', ')}, and this run's model has ${expected.join(', ')}. Use the dataset and the --hidden widths of the model that they come from.`,
      { evidence: { what } },
    );
  }
  return layers.map((_, layer) => ({
    kernel: tensors[2 * layer]!.values,
    bias: tensors[2 * layer + 1]!.values,
  }));
}

function decodeTensors(bytes: Uint8Array, what: string) {
  try {
    return decodeSafetensors(bytes).tensors;
  } catch (cause) {
    throw new PermanentError(
      'CorruptArtifact',
      `${what} is not a safetensors file: ${(cause as Error).message}. Delete it and start again with --from.`,
      { evidence: { what }, cause },
    );
  }
}
