import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '../contracts/errors';
import { objectKeys } from '../contracts/object-keys';
import { type ContentObject, getContent, nameByContent, type ObjectReader } from '../store/content-object';
import type { KerasGraph } from './keras-graph';
import { listLayerWeights, trainedFirst } from './network-weights';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors';

/**
 * The weights of a model as a file that a run's configuration names. They are in the order of the layers, which does not
 * depend on what is trained: `0.kernel`, `0.bias`, `1.kernel`, …
 */
export async function encodeInitialWeights(model: LayersModel): Promise<ContentObject> {
  const tensors: NamedTensor[] = [];
  const weighted = model.layers.filter(({ weights }) => weights.length > 0);
  for (const [layer, { weights }] of weighted.entries()) {
    for (const weight of weights) {
      const tensor = weight.read();
      const values = await tensor.data<'float32'>();
      const name = `${layer}.${weight.originalName.split('/').at(-1)}`;
      tensors.push({ name, shape: tensor.shape, values });
    }
  }
  return nameByContent(encodeSafetensors({ tensors, metadata: {} }), objectKeys.initialWeights);
}

/**
 * @param network - that starts from them.
 * @returns in the order of `model.weights`: trained ones first.
 * @throws PermanentError ArtifactNotFound; CorruptArtifact for other bytes; InvalidInput for weights of other shapes.
 */
export async function loadInitialWeights(
  store: ObjectReader,
  sha256: string,
  network: KerasGraph,
): Promise<Float32Array[]> {
  const key = objectKeys.initialWeights(sha256);
  const bytes = await getContent(store, { key, sha256 }, '--from');
  const what = `${key} in ${store.location}`;
  const tensors = decodeTensors(bytes, what);
  const weights = listLayerWeights(network, 'The network of this run');
  const received = tensors.map(({ shape }) => shape.join('×'));
  const expected = weights.map(({ shape }) => shape.join('×'));
  if (received.join() !== expected.join()) {
    throw new PermanentError(
      'InvalidInput',
      `The weights to start from have the shapes ${received.join(', ')}, and this run's model has ${expected.join(', ')}. Use the dataset and the network of the model that they come from: leave --model, --hidden and --filters out.`,
      { evidence: { what } },
    );
  }
  const valued = weights.map(({ isTrained }, index) => ({ isTrained, values: tensors[index]!.values }));
  return trainedFirst(valued).map(({ values }) => values);
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
