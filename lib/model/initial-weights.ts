import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type ContentObject, getContent, nameByContent, type ObjectReader } from '../store/content-object';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors';

/** The weights of a model, in the order of `model.weights`, as a file that a run's configuration names. */
export async function encodeInitialWeights(model: LayersModel): Promise<ContentObject> {
  const names = nameWeights(model);
  const tensors: NamedTensor[] = [];
  for (const weight of model.weights) {
    const tensor = weight.read();
    const values = await tensor.data<'float32'>();
    tensors.push({ name: names.get(weight.name)!, shape: tensor.shape, values });
  }
  return nameByContent(encodeSafetensors({ tensors, metadata: {} }), objectKeys.initialWeights);
}

/** `0.kernel`, `0.bias`, `1.kernel`, …: names of layers differ between equal models. */
function nameWeights(model: LayersModel): Map<string, string> {
  const weighted = model.layers.filter(({ weights }) => weights.length > 0);
  return new Map(
    weighted.flatMap(({ weights }, layer) =>
      weights.map(({ name, originalName }) => [name, `${layer}.${originalName.split('/').at(-1)}`] as const),
    ),
  );
}

/**
 * @param model - that starts from them.
 * @returns in the order of `model.weights`.
 * @throws PermanentError ArtifactNotFound; CorruptArtifact for other bytes; InvalidInput for weights of other shapes.
 */
export async function loadInitialWeights(
  store: ObjectReader,
  sha256: string,
  model: Pick<LayersModel, 'weights'>,
): Promise<Float32Array[]> {
  const key = objectKeys.initialWeights(sha256);
  const bytes = await getContent(store, { key, sha256 }, '--from');
  const what = `${key} in ${store.location}`;
  const tensors = decodeTensors(bytes, what);
  const received = tensors.map(({ shape }) => shape.join('×'));
  const expected = model.weights.map(({ shape }) => shape.join('×'));
  if (received.join() === expected.join()) return tensors.map(({ values }) => values);
  throw new PermanentError(
    'InvalidInput',
    `The weights to start from have the shapes ${received.join(', ')}, and this run's model has ${expected.join(', ')}. Use the dataset and the --model or --hidden widths of the model that they come from.`,
    { evidence: { what } },
  );
}

function decodeTensors(bytes: Uint8Array, what: string): readonly NamedTensor[] {
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
